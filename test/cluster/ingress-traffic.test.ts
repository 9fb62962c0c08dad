import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { listenTo, type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { probed } from "./load/rollout.ts";
import { applied } from "./looks.ts";

const host = "web.example.com";
const perSecond = 100;
const most = 20;

const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  rules:
    - host: ${host}
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;

const podsOf = async (machine: Machine): Promise<readonly string[]> =>
  (await machine.kubectl("get", "pods", "-l=app=web", "-o=jsonpath={.items[*].metadata.name}")).split(" ");

const remain = (machine: Machine, count: number): Promise<unknown> =>
  eventually(`${count} pods are left`, async () => (await podsOf(machine)).length === count, { seconds: 30 });

async function scale(machine: Machine, count: number): Promise<void> {
  await machine.kubectl("scale", "deployment/web", `--replicas=${count}`);
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
  await remain(machine, count);
}

const requests = join(import.meta.dirname, "load/requests.ts");

/** What became of requests: by kept connections, and by new ones. */
type Results = readonly { readonly requests: number; readonly kinds: object; readonly answers: object }[];

/** Begins when the Ingress answers. The address is known on the machine alone. */
async function startLoads(machine: Machine): Promise<{ readonly end: () => Promise<Results> }> {
  const address = await eventually(
    "the Ingress has an address",
    () => machine.kubectl("get", "ingress", "web", "-o=jsonpath={.status.loadBalancer.ingress[0].ip}"),
    { seconds: 30 },
  );
  const asked = ["--max-time", "2", "-H", `Host: ${host}`, "-o", "/dev/null", "-w", "%{http_code}"];
  const answers = async () => (await machine.run("curl", "-s", ...asked, `http://${address}/`)).stdout === "200";
  await eventually("the Ingress answers", answers, { seconds: 30 });
  const child = machine.start(process.execPath, requests, address, host, "/hostname", `${perSecond}`);
  const { ended } = listenTo(child);
  return {
    async end() {
      child.kill("SIGTERM");
      const { stdout, stderr } = await ended;
      if (stdout === "") throw new Error(`the load said nothing: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}

test("behind an Ingress pods are replaced, and are 1, 20 and 1 again: no request fails", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", ...applied(machine, [probed("web", 3), ingress].join("---")));
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
  const before = await podsOf(machine);
  const load = await startLoads(machine);
  await machine.kubectl("rollout", "restart", "deployment/web");
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
  await remain(machine, 3);
  const after = await podsOf(machine);
  for (const count of [1, most, 1]) await scale(machine, count);
  const results = await load.end();
  assert.deepEqual(
    before.filter((name) => after.includes(name)),
    [],
    "every pod was replaced",
  );
  for (const { requests, kinds, answers } of results) {
    assert.deepEqual(kinds, {}, `of ${requests} requests`);
    const silent = [...before, ...after].filter((name) => !Object.hasOwn(answers, name));
    assert.deepEqual(silent, [], "every pod answered in its time");
    assert.ok(Object.keys(answers).length > most, JSON.stringify(answers));
  }
});
