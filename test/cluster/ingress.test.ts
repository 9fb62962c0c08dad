import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { createAuthority } from "#os/pki.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";

const within = { seconds: 20 };

const ingress = (path: string): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  tls: [{ hosts: [shop.example.com], secretName: shop }]
  rules:
    - host: shop.example.com
      http: { paths: [{ path: ${path}, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
    - host: plain.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;

/** What one request is answered: the code, then the text. */
async function ask(machine: Machine, address: string, url: string, ...more: readonly string[]): Promise<string> {
  const { hostname, protocol } = new URL(url);
  const port = protocol === "https:" ? 443 : 80;
  const to = ["--resolve", `${hostname}:${port}:${address}`, "--cacert", `${machine.dataDir}/ca.pem`];
  const { stdout, stderr } = await machine.run(
    "curl",
    "-sS",
    "-m",
    "3",
    "-w",
    " %{http_code}",
    "--http1.1",
    ...to,
    ...more,
    url,
  );
  return `${stdout}${stderr}`;
}

const answers = (machine: Machine, address: string, [url, wanted]: readonly [string, RegExp]): Promise<unknown> =>
  eventually(`${url} answers ${wanted}`, async () => wanted.test(await ask(machine, address, url)), within);

const addressOf = (machine: Machine): Promise<string> =>
  eventually(
    "the Ingress has an address",
    async () =>
      (await machine.kubectl("get", "ingress", "shop", "-o=jsonpath={.status.loadBalancer.ingress[0].ip}")) ||
      undefined,
    within,
  );

/** Makes the certificate that the Ingress names, of an authority that curl is told of. */
async function makeCertificate(machine: Machine): Promise<void> {
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("test", validity);
  const pair = await authority.forServer({ name: "shop" }, ["shop.example.com"], validity);
  const [ca, cert, key] = ["ca", "cert", "key"].map((name) => `${machine.dataDir}/${name}.pem`);
  writeFileSync(`${ca}`, authority.certificate);
  writeFileSync(`${cert}`, pair.certificate);
  writeFileSync(`${key}`, pair.key);
  await machine.kubectl("create", "secret", "tls", "shop", `--cert=${cert}`, `--key=${key}`);
}

const ofController = ["-n", "portolan-system", "-l", "app.kubernetes.io/name=portolan-ingress"];

/** The process of the controller's container, as this machine counts. */
async function controllerProcess(machine: Machine): Promise<number> {
  const uid = await machine.kubectl("get", "pods", ...ofController, "-o=jsonpath={.items[0].metadata.uid}");
  const { stdout: conmon } = await machine.run("pgrep", "-f", `conmon .*-c ${uid}_ingress_`);
  const { stdout: pid } = await machine.run("pgrep", "-P", conmon.trim());
  return Number(pid.trim());
}

test(
  "an Ingress: its ADDRESS serves http and https, changes are followed, and nothing stays behind",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const before = await machine.state();
    await machine.portolan("up", "-d", ...applied(machine, exposed("web", 30080, 2)));
    assert.match(await machine.kubectl("get", "ingressclass"), /^portolan +portolan\.io\/ingress /m);
    assert.equal(await machine.kubectl("get", "pods", ...ofController, "-o=name"), "", "nothing runs for it before");
    await makeCertificate(machine);
    const [flag = "", file = ""] = applied(machine, ingress("/"));
    await machine.kubectl("apply", flag, file);
    const address = await addressOf(machine);
    await answers(machine, address, ["http://plain.example.com/", /^You've hit web-\S+\n 200$/]);
    await answers(machine, address, ["https://shop.example.com/", /^You've hit web-\S+\n 200$/]);
    assert.match(await ask(machine, address, "http://shop.example.com/"), / 308$/);
    for (const url of ["http://plain.example.com/", "https://shop.example.com/"]) {
      const chunked = ["-H", "transfer-encoding: chunked", "--data", "a body of unknown length"];
      assert.equal(await ask(machine, address, url, ...chunked), "a body of unknown length 200");
    }
    assert.match(await ask(machine, address, "http://other.example.com/"), / 404$/);
    assert.match(await machine.kubectl("get", "ingress"), /^shop +portolan +shop\S+,plain\S+ +\S+ +80, 443 /m);
    const client = ["run", "client", "--image=portolan/echo", "--restart=Never"];
    await machine.kubectl(...client);
    await machine.kubectl("wait", "pod/client", "--for=condition=Ready", "--timeout=20s");
    const look = ["/usr/local/lib/portolan/node", "--print", "require('dns').promises.lookup('plain.example.com')"];
    const found = `${look[2]}.then(({ address }) => console.log(address)); ''`;
    assert.equal((await machine.kubectl("exec", "client", "--", ...look.slice(0, 2), found)).trim(), address);

    process.kill(await controllerProcess(machine), "SIGKILL");
    await eventually(
      "the controller has started anew",
      async () =>
        (await machine.kubectl(
          "get",
          "pods",
          ...ofController,
          "-o=jsonpath={.items[0].status.containerStatuses[0].restartCount}",
        )) !== "0",
      within,
    );
    await answers(machine, address, ["https://shop.example.com/", /^You've hit web-\S+\n 200$/]);
    applied(machine, ingress("/only"));
    await machine.kubectl("apply", flag, file);
    await answers(machine, address, ["https://shop.example.com/", / 404$/]);
    await answers(machine, address, ["https://shop.example.com/only/this", / 200$/]);
    await machine.kubectl("delete", "ingress", "shop");
    await answers(machine, address, ["http://plain.example.com/", / 404$/]);
    await machine.portolan("down");
    assert.deepEqual(unchanged(machine, before, await machine.state()), []);
  },
);

test("while the controller is rolled over, no request fails", asRoot, async () => {
  await using machine = await makeMachine();
  const plain = ingress("/").replace(/ {2}tls:.*\n/, "");
  await machine.portolan("up", "-d", ...applied(machine, [exposed("web", 30080, 2), plain].join("---")));
  writeFileSync(`${machine.dataDir}/ca.pem`, (await createAuthority("test", { from: 0, to: 1 })).certificate);
  const address = await addressOf(machine);
  await answers(machine, address, ["http://plain.example.com/", / 200$/]);
  const seen: string[] = [];
  let isOver = false;
  const asking = async (): Promise<void> => {
    while (!isOver) seen.push(await ask(machine, address, "http://plain.example.com/"));
  };
  const clients = [asking(), asking()];
  const place = ["deployment/portolan-ingress", "-n", "portolan-system"];
  await machine.kubectl("rollout", "restart", ...place);
  await machine.kubectl("rollout", "status", ...place, "--timeout=60s");
  await eventually(
    "the old one is gone",
    async () => (await machine.kubectl("get", "pods", ...ofController, "-o=name")).trim().split("\n").length === 1,
    { seconds: 60 },
  );
  isOver = true;
  await Promise.all(clients);
  assert.deepEqual([...new Set(seen.map((one) => one.slice(-4)))], [" 200"], `${seen.length} requests`);
  assert.ok(seen.length > 50, `${seen.length} requests`);
});
