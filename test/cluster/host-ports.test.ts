import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";

/** A pod of the built-in image that is reached at port 8086 of its node. */
const withHostPort = (name: string, more = ""): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 1
  ${more}
  containers:
    - name: influxdb
      image: portolan/echo
      ports: [{ containerPort: 8080, hostPort: 8086 }]
`;
/** One on its node's own network, whose port nobody declares. */
const onHost = (name: string, nodeName: string, port = 9086): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  hostNetwork: true
  nodeName: ${nodeName}
  containers: [{ name: influxdb, image: portolan/echo, args: ["--http", "${port}"] }]
`;

interface NodeSeen {
  readonly name: string;
  readonly ip: string;
  readonly netns: string;
}
async function nodesOf(machine: Machine): Promise<ReadonlyMap<string, NodeSeen>> {
  const { stdout } = await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir);
  const { nodes }: { readonly nodes: readonly NodeSeen[] } = JSON.parse(stdout);
  return new Map(nodes.map((node) => [node.name, node]));
}
const ask = async (machine: Machine, url: string): Promise<string> =>
  (await machine.run("curl", "--silent", "--show-error", "--max-time", "2", url)).stdout.trim();
const askIn = async ({ netns }: NodeSeen, url: string): Promise<string> =>
  (await run(["ip", "netns", "exec", netns, "sh", "-c", `curl --silent --max-time 2 ${url} || true`])).stdout.trim();

/** A pod that is ready may be a moment ahead of the rules that lead to it. */
const hits = (pod: string, where: string, asked: () => Promise<string>): Promise<unknown> =>
  eventually(`${pod} to answer ${where}`, async () => (await asked()) === `You've hit ${pod}`, { seconds: 10 });

const nodeOf = (machine: Machine, pod: string): Promise<string> =>
  machine.kubectl("get", "pod", pod, "-o=jsonpath={.spec.nodeName}");
const ready = (machine: Machine, ...pods: readonly string[]): Promise<string> =>
  machine.kubectl("wait", "--for=condition=Ready", "--timeout=20s", ...pods.map((pod) => `pod/${pod}`));
const told = (machine: Machine, pod: string, what: RegExp): Promise<string> =>
  eventually(
    `${what} of ${pod}`,
    async () => {
      const said = await machine.kubectl("describe", "pod", pod);
      return what.test(said) ? said : undefined;
    },
    { seconds: 20 },
  );
const without = (text: string): string => text.split(":")[0] ?? "";

test("host ports on three nodes: where they answer, who waits for one, and the name that follows", asRoot, async () => {
  await using machine = await makeMachine();
  const pods = ["one", "two", "three"].map((name) => withHostPort(name)).join("---");
  await machine.portolan("up", "-d", "--nodes", "3", ...applied(machine, pods));
  await ready(machine, "one", "two", "three");
  const nodes = await nodesOf(machine);
  const places = new Map<string, NodeSeen>();
  for (const pod of ["one", "two", "three"]) {
    const node = nodes.get(await nodeOf(machine, pod));
    assert.ok(node !== undefined);
    places.set(pod, node);
    await hits(pod, "from beside", () => ask(machine, `http://${node.ip}:8086/`));
    await hits(pod, "from the node itself", () => askIn(node, `http://${node.ip}:8086/`));
    await hits(pod, "from its localhost", () => askIn(node, "http://127.0.0.1:8086/"));
  }
  assert.equal(new Set(places.values()).size, 3, "no two share a node");
  const [one, two] = [places.get("one"), places.get("two")];
  assert.ok(one !== undefined && two !== undefined);
  assert.equal(without(await askIn(two, `http://${one.ip}:8086/clientip`)), two.ip, "the pod sees who asks");

  await machine.run("sh", "-c", `printf '%s' '${withHostPort("four")}' > ${machine.dataDir}/four.yaml`);
  await machine.kubectl("apply", "-f", `${machine.dataDir}/four.yaml`);
  const said = await told(machine, "four", /HostPortTaken/);
  assert.match(said, /0\/3 nodes are available: 3 node\(s\) didn't have free ports for the requested pod ports\./);
  for (const [pod, { name }] of places) assert.match(said, new RegExp(`8086/TCP of ${name} by pod default/${pod}`));

  const look = (name: string): Promise<string> =>
    machine.kubectl("exec", "two", "--", "getent", "hosts", `${name}.default.hostport.cluster.local`);
  assert.equal(without((await look("one")).split(/\s/)[0] ?? ""), one.ip);
  await machine.kubectl("delete", "pod", "one", "--now");
  await ready(machine, "four");
  assert.equal(await nodeOf(machine, "four"), one.name, "it gets the port that has become free");
  await hits("four", "in its place", () => ask(machine, `http://${one.ip}:8086/`));
  await machine.kubectl("delete", "pod", "three", "four", "--now");
  const other = [...places].find(([pod]) => pod === "three")?.[1];
  await machine.run(
    "sh",
    "-c",
    `printf '%s' '${withHostPort("one", `nodeName: ${other?.name}`)}' > ${machine.dataDir}/one.yaml`,
  );
  await machine.kubectl("apply", "-f", `${machine.dataDir}/one.yaml`);
  await ready(machine, "one");
  await eventually("its name to follow", async () => (await look("one")).startsWith(`${other?.ip} `), { seconds: 10 });
});

test("a host port that reaches the cluster answers on every node, but where another pod has it", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", "--nodes", "3", ...applied(machine, withHostPort("far", "nodeName: node-1")));
  await ready(machine, "far");
  const [first, second, third] = ["node-1", "node-2", "node-3"] as const;
  const nodes = await nodesOf(machine);
  const ipOf = (name = ""): string => nodes.get(name)?.ip ?? "";
  assert.equal(await ask(machine, `http://${ipOf(second)}:8086/`), "", "not yet");
  await machine.kubectl("annotate", "pod", "far", "portolan.io/host-port-reach=cluster");
  const hears = (name: string | undefined, whom: string) =>
    eventually(
      `${whom} at ${name}`,
      async () => (await ask(machine, `http://${ipOf(name)}:8086/`)) === `You've hit ${whom}`,
      { seconds: 10 },
    );
  for (const name of [first, second, third]) await hears(name, "far");
  assert.equal(without(await ask(machine, `http://${ipOf(second)}:8086/clientip`)), ipOf(second), "masqueraded there");
  await machine.run(
    "sh",
    "-c",
    `printf '%s' '${withHostPort("near", `nodeName: ${third}`)}' > ${machine.dataDir}/near.yaml`,
  );
  await machine.kubectl("apply", "-f", `${machine.dataDir}/near.yaml`);
  await ready(machine, "near");
  await hears(third, "near");
  await hears(second, "far");
  await machine.kubectl("annotate", "pod", "far", "portolan.io/host-port-reach-");
  await eventually("no answer at node-2", async () => (await ask(machine, `http://${ipOf(second)}:8086/`)) === "", {
    seconds: 10,
  });
});

test(
  "a pod on its node's network has the node's address, and a second one is told who has its port",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const pods = [onHost("first", "node-2"), withHostPort("other", "nodeName: node-2")].join("---");
    await machine.portolan("up", "-d", "--nodes", "2", ...applied(machine, pods));
    await ready(machine, "first", "other");
    const ip = (await nodesOf(machine)).get("node-2")?.ip ?? "";
    const addresses = await machine.kubectl("get", "pod", "first", "-o=jsonpath={.status.podIP} {.status.hostIP}");
    assert.equal(addresses, `${ip} ${ip}`);
    assert.match(await machine.kubectl("exec", "first", "--", "ip", "-o", "addr"), new RegExp(` ${ip}/`));
    assert.match(await ask(machine, `http://${ip}:9086/`), /^You've hit /);
    await machine.run("sh", "-c", `printf '%s' '${onHost("second", "node-2")}' > ${machine.dataDir}/second.yaml`);
    await machine.kubectl("apply", "-f", `${machine.dataDir}/second.yaml`);
    await told(
      machine,
      "second",
      /HostPortTaken .*Container influxdb ended because port 9086\/TCP of the node is taken by pod default\/first \(\S+, process \d+\)/,
    );
    await machine.run("sh", "-c", `printf '%s' '${onHost("third", "node-2", 8086)}' > ${machine.dataDir}/third.yaml`);
    await machine.kubectl("apply", "-f", `${machine.dataDir}/third.yaml`);
    await told(machine, "third", /port 8086\/TCP of the node is taken by pod default\/other \(its host port\)/);
  },
);
