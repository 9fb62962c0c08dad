import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ingressUser } from "#api/authentication/subjects.ts";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { findHaproxy, HaproxyUnfit } from "#os/haproxy/program.ts";
import { run } from "#os/spawn.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { asRoot } from "../cluster/as-root.ts";
import { freePort } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { type Heard, listenTo, portolan } from "../harness/machine.ts";
import { type Listening, listening, validity } from "../server/listening.ts";
import { administrator } from "../server/served.ts";
import { giveIngressRights } from "./rights.ts";

const within = { seconds: 30 };
const namespaced = "/api/v1/namespaces/default";

/** `portolan ingress` on ports of its own, with the rights of such a controller and no more. */
async function startAlone(api: Listening, flags: readonly string[]) {
  await using made = new AsyncDisposableStack();
  await giveIngressRights(inProcessTransport(api.served.server, administrator));
  const folder = await mkdtemp(join(tmpdir(), "portolan-alone-"));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  const { certificate: cert, key } = await api.authority.forClient({ name: ingressUser }, validity());
  const server = `https://127.0.0.1:${api.port}`;
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, showKubeconfig({ name: "a", server, ca: api.authority.certificate, cert, key }));
  const [http, https, status] = [await freePort(), await freePort(), await freePort()];
  const ports = [`--http-port=${http}`, `--https-port=${https}`, `--metrics-bind-address=127.0.0.1:${status}`];
  const where = ["--bind-address=127.0.0.1", `--state-dir=${join(folder, "state")}`];
  const times = ["--shutdown-grace-period=1s", "--drain-timeout=5s"];
  const args = ["ingress", "--kubeconfig", kubeconfig, ...ports, ...where, ...times, ...flags];
  const child = spawn(portolan, args, { stdio: ["ignore", "pipe", "pipe"] });
  const heard = listenTo(child);
  made.defer(async () => {
    child.kill("SIGTERM"); // a HAProxy would serve on after SIGKILL
    await heard.ended;
  });
  const curl = async (...asked: readonly string[]): Promise<string> => {
    try {
      return (await run(["curl", "-sS", "-m", "5", "-w", " %{http_code}", ...asked])).stdout;
    } catch (fault) {
      return String(fault);
    }
  };
  const owned = made.move();
  return {
    child,
    heard,
    web: (host: string) => curl("-H", `Host: ${host}`, `http://127.0.0.1:${http}/`),
    status: (path: string) => curl(`http://127.0.0.1:${status}${path}`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A program that stands for a pod: no engine sends to 127.0.0.1 itself. */
async function startBackend(address: string) {
  const server = createServer((_, response) => response.end("it's me\n"));
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

async function expose({ served }: Listening, address: string, port: number): Promise<void> {
  const make = async (path: string, body: object) => {
    const { status, text } = await served.send("POST", path, { body });
    assert.equal(status, 201, text);
  };
  await make(`${namespaced}/services`, { metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } });
  await make("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: [{ addresses: [address] }],
    ports: [{ name: "", port, protocol: "TCP" }],
  });
  const backend = { service: { name: "web", port: { number: 80 } } };
  await make("/apis/networking.k8s.io/v1/namespaces/default/ingresses", {
    metadata: { name: "web" },
    spec: { rules: [{ host: "web.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
  });
}

const haproxySkip = await findHaproxy().then(
  () => asRoot.skip,
  (fault) => {
    if (!(fault instanceof HaproxyUnfit)) throw fault;
    return fault.message;
  },
);

for (const { engine, skip } of [
  { engine: "haproxy", skip: haproxySkip },
  { engine: "embedded", skip: asRoot.skip },
])
  test(`portolan ingress: ${engine} serves by a kubeconfig, and ends with 0 when it is told to`, { skip }, async () => {
    await using api = await listening();
    await using own = await ownAddress();
    const { address } = own;
    await using backend = await startBackend(address);
    await expose(api, address, backend.port);
    const flags = ["--engine", engine, "--publish-status-address", "192.0.2.7,front.example.com"];
    await using alone = await startAlone(api, flags);
    await eventually("it serves", async () => (await alone.web("web.example.com")) === "it's me\n 200", within);
    assert.match(await alone.web("other.example.com"), / 404$/);
    await eventually("its log", () => accessLog(alone).some(({ host }) => host === "other.example.com"), within);
    const served = accessLog(alone).find(({ status }) => status === 200) ?? {};
    const { client, method, host, target, status, route, endpoint } = served;
    const routeId = "default/web#spec.rules[0].http.paths[0]";
    assert.deepEqual(
      [client, method, host, target, status, route, endpoint],
      ["127.0.0.1", "GET", "web.example.com", "/", 200, routeId, `${address}:${backend.port}`],
    );
    assert.equal(await alone.status("/readyz"), "ok\n 200");
    assert.equal(await alone.status("/healthz"), "ok\n 200");
    assert.match(await alone.status("/metrics"), /^portolan_ingress_hosts 1$/m);
    const seen = async () =>
      (await api.served.send("GET", "/apis/networking.k8s.io/v1/namespaces/default/ingresses/web")).at("status");
    const wanted = { loadBalancer: { ingress: [{ ip: "192.0.2.7" }, { hostname: "front.example.com" }] } };
    await eventually("its addresses", async () => JSON.stringify(await seen()) !== '{"loadBalancer":{}}', within);
    assert.deepEqual(await seen(), wanted);
    alone.child.kill("SIGTERM");
    await eventually("it says so first", async () => (await alone.status("/readyz")).endsWith(" 503"), within);
    const { code, stderr } = await alone.heard.ended;
    assert.deepEqual([code, stderr], [0, ""]);
  });

/** An address of this machine alone that doesn't look like one: no engine sends to 127.0.0.0/8. */
async function ownAddress() {
  const address = "192.0.2.77";
  await run(["ip", "address", "add", `${address}/32`, "dev", "lo"]);
  return {
    address,
    [Symbol.asyncDispose]: async () => void (await run(["ip", "address", "del", `${address}/32`, "dev", "lo"])),
  };
}

/** What standard output has said of requests so far. */
const accessLog = ({ heard }: { readonly heard: Heard }): readonly Record<string, unknown>[] =>
  heard
    .said()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
