import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { WebSocket } from "ws";
import { eventually } from "../harness/eventually.ts";
import { findKubectls, type Kubectl } from "../harness/kubectls.ts";
import { listenTo, type Machine, makeMachine } from "../harness/machine.ts";
import { isOfFew } from "../kubectl/play.ts";
import { asRoot } from "./as-root.ts";

const kubectls = await findKubectls();
const seed = join(import.meta.dirname, "../../examples/seeds/02-internal-clusterip.yaml");
const service = "/api/v1/namespaces/default/services/my-internal-service:http/proxy";
const old = "/api/v1/proxy/namespaces/default/services/my-internal-service:http";
/** Each way; `npm run soak -- proxied` asks for a hundred MiB. */
const manyBytes = Number(process.env.PORTOLAN_PROXIED_BYTES ?? 16 << 20);

/** What `kubectl proxy` is, to who has it running. */
interface Proxy extends AsyncDisposable {
  /** `127.0.0.1:8001`. */
  readonly host: string;
}

async function proxyBy({ path }: Kubectl, { kubeconfig, address, start }: Machine): Promise<Proxy> {
  const open = ["--port=0", `--address=${address}`, "--accept-hosts=.*"];
  const child = start(path, "--kubeconfig", kubeconfig, "proxy", ...open);
  const { said, ended } = listenTo(child);
  const host = await eventually(`${path} serves`, () => /^Starting to serve on (\S+)/m.exec(said())?.[1], {
    seconds: 20,
  });
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}

suite("a Service through kubectl proxy", asRoot, () => {
  let machine: Machine;
  before(async () => {
    machine = await makeMachine();
    // The seed's own program is nginx, which answers few methods.
    const images = `${machine.dataDir}.yaml`;
    writeFileSync(images, 'images:\n  nginx: { use: portolan/echo, args: [--http, "80"] }\n');
    await machine.portolan("up", "-d", "--images", images, "-f", seed);
    await machine.kubectl("wait", "--for=condition=Ready", "pod/my-app", "--timeout=30s");
  });
  after(() => machine?.[Symbol.asyncDispose]());

  for (const kubectl of kubectls.filter(isOfFew))
    test(`kubectl ${kubectl.version}: every method, by both paths`, async () => {
      await using proxy = await proxyBy(kubectl, machine);
      for (const path of [service, old]) {
        const told = await fetch(`http://${proxy.host}${path}/`);
        assert.deepEqual([told.status, await told.text()], [200, "You've hit my-app\n"]);
        assert.equal(told.headers.has("warning"), path === old);
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
          const body = method === "GET" ? {} : { body: "a body" };
          const seen: unknown = await (
            await fetch(`http://${proxy.host}${path}/request?a=b`, { method, ...body })
          ).json();
          assert.ok(typeof seen === "object" && seen !== null && "method" in seen && "path" in seen);
          assert.deepEqual([seen.method, seen.path], [method, "/request"]);
        }
        const head = await fetch(`http://${proxy.host}${path}/bytes/70000`, { method: "HEAD" });
        assert.deepEqual([head.status, head.headers.get("content-length")], [200, "70000"]);
      }
    });

  test(`a WebSocket, and ${manyBytes} bytes each way`, async () => {
    const newest = kubectls.at(-1);
    assert.ok(newest !== undefined);
    await using proxy = await proxyBy(newest, machine);
    const socket = new WebSocket(`ws://${proxy.host}${service}/ws`);
    const said = new Promise((resolve, reject) =>
      socket.once("message", (data) => resolve(String(data))).once("error", reject),
    );
    socket.once("open", () => socket.send("hello"));
    assert.equal(await said, "hello");
    socket.close();
    const got = await fetch(`http://${proxy.host}${service}/bytes/${manyBytes}`);
    assert.equal(await lengthOf(got), manyBytes);
    const sent = await fetch(`http://${proxy.host}${service}/`, { method: "POST", body: Buffer.alloc(manyBytes, "x") });
    assert.equal(await lengthOf(sent), manyBytes, "it comes back as it went");
  });

  test("kubectl get --raw reaches a pod, and a node's agent", async () => {
    const node = await machine.kubectl("get", "nodes", "-o=jsonpath={.items[0].metadata.name}");
    const pod = await machine.kubectl("get", "--raw", "/api/v1/namespaces/default/pods/my-app:80/proxy/hostname");
    assert.equal(pod, "my-app\n");
    assert.equal((await machine.kubectl("get", "--raw", `/api/v1/nodes/${node}/proxy/healthz`)).trim(), "ok");
  });
});

async function lengthOf({ body }: Response): Promise<number> {
  let length = 0;
  for await (const chunk of body ?? []) length += chunk.length;
  return length;
}
