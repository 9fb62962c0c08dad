import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { run } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied, containersOf } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";
import { killAll } from "./violence.ts";

/** Two pods that never share a node. */
const apart = `
apiVersion: v1
kind: Pod
metadata: { name: first, labels: { app: first } }
spec: { nodeName: node-1, containers: [{ name: main, image: portolan/echo, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: second, labels: { app: second } }
spec: { nodeName: node-2, containers: [{ name: main, image: portolan/echo, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: second }
spec: { selector: { app: second }, ports: [{ port: 80, targetPort: 8080 }] }
`;

interface Facts {
  readonly ready: boolean;
  readonly nodes: readonly {
    readonly name: string;
    readonly ip: string;
    readonly netns: string;
    readonly ready: boolean;
  }[];
  readonly processes: readonly { readonly pid: number; readonly role: string }[];
}

const statusOf = async (machine: Machine): Promise<Facts> =>
  JSON.parse((await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir)).stdout);

/** What the machine itself is answered. */
const ask = async (machine: Machine, url: string): Promise<string> =>
  (await machine.run("curl", "--silent", "--show-error", "--max-time", "2", url)).stdout;

const podIp = (machine: Machine, name: string): Promise<string> =>
  machine.kubectl("get", "pod", name, "-o=jsonpath={.status.podIP}");

/** What a pod of the built-in image is answered. */
const askFrom = (machine: Machine, pod: string, url: string): Promise<string> => {
  const script = `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  return machine.kubectl("exec", pod, "--", "/usr/local/lib/portolan/node", "--eval", script);
};

test("three nodes: pods see each other's addresses, and every node serves every node port", asRoot, async () => {
  await using machine = await makeMachine();
  const manifests = [apart, exposed("web", 30080, 3)].join("---");
  const labels = ["--node-labels", "node-2=topology.kubernetes.io/zone=b"];
  const said = await machine.portolan("up", "-d", "--nodes", "3", ...labels, ...applied(machine, manifests));
  assert.match(said, /web +ClusterIP +10\.\S+:80 +nodes, pods +200 You've hit web-/);
  assert.match(said, /web +NodePort +172\.30\.\d+\.11:30080 +everywhere +200 You've hit web-/);

  const { ready, nodes, processes } = await statusOf(machine);
  assert.equal(ready, true);
  assert.deepEqual(
    processes.map(({ role }) => role),
    ["server, controllers", "node-1", "node-2", "node-3"],
  );
  assert.equal(await machine.kubectl("get", "node", "-l", "topology.kubernetes.io/zone=b", "-o=name"), "node/node-2\n");
  for (const { ip, netns } of nodes) {
    assert.match(await ask(machine, `http://${ip}:30080/`), /^You've hit web-/);
    const { stdout } = await run(["ip", "netns", "exec", netns, "ip", "-brief", "address", "show", "eth0"]);
    assert.match(stdout, new RegExp(` ${ip}/24`));
  }

  const [first, second] = [await podIp(machine, "first"), await podIp(machine, "second")];
  const seen = async (url: string): Promise<string> => (await askFrom(machine, "first", url)).split(":")[0] ?? "";
  assert.equal(await seen(`http://${second}:8080/clientip`), first, "from pod to pod");
  assert.equal(await seen("http://second/clientip"), first, "through a Service");
  assert.match(await machine.kubectl("logs", "second"), /./, "logs of a pod of another node");
});

test("a node's process that is killed comes again and adopts its pods", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", "--nodes", "2", ...applied(machine, exposed("web", 30080, 4)));
  const before = await containersOf(machine);
  const { nodes, processes } = await statusOf(machine);
  const victim = processes.find(({ role }) => role === "node-2")?.pid ?? 0;
  process.kill(victim, "SIGKILL");
  for (const { ip } of nodes) assert.match(await ask(machine, `http://${ip}:30080/`), /^You've hit web-/);
  const another = await eventually(
    "another process runs the node",
    async () => (await statusOf(machine)).processes.find(({ role, pid }) => role === "node-2" && pid !== victim),
    { seconds: 10 },
  );
  await machine.kubectl("scale", "deployment/web", "--replicas=6");
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=20s");
  const after = await containersOf(machine);
  for (const [name, container] of before) assert.deepEqual(after.get(name), container);
  assert.notEqual(another.pid, victim);
});

test("several nodes leave nothing behind: after down, and after kill -9 of everything", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
  const before = await machine.state();
  const up = ["--nodes", "2", ...applied(machine, exposed("web", 30080))];
  const isClean = async (netns: readonly string[]): Promise<void> => {
    assert.deepEqual(unchanged(machine, before, await machine.state()), []);
    const left = readdirSync("/run/netns");
    assert.deepEqual(
      netns.filter((name) => left.includes(name)),
      [],
    );
  };
  await machine.portolan("up", "-d", ...up);
  const netns = (await statusOf(machine)).nodes.map((node) => node.netns);
  await machine.portolan("down");
  await isClean(netns);

  await machine.portolan("up", "-d", ...up);
  assert.ok((await killAll(machine)) >= 7, "three of ours, two supervisors, two programs");
  await machine.portolan("down");
  await isClean(netns);
});

test("after kill -9 of the control plane, its nodes end too, and the next one adopts all pods", asRoot, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", "--nodes", "2", ...applied(machine, exposed("web", 30080)));
  const before = await containersOf(machine);
  const { nodes, processes } = await statusOf(machine);
  process.kill(processes[0]?.pid ?? 0, "SIGKILL");
  for (const { ip } of nodes) assert.match(await ask(machine, `http://${ip}:30080/`), /^You've hit web-/);
  await machine.portolan("up", "-d");
  assert.deepEqual(await containersOf(machine), before);
  assert.equal((await statusOf(machine)).ready, true);
});
