import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { applied } from "./looks.ts";
import { exposed } from "./manifests.ts";
import { unchanged } from "./unchanged.ts";

const balanced = (name: string, spec = ""): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }]${spec} }
`;

const ask = async (machine: Machine, address: string): Promise<string> =>
  (await machine.run("curl", "--silent", "--show-error", "--max-time", "2", `http://${address}/`)).stdout;

const addressOf = (machine: Machine, name: string): Promise<string> =>
  eventually(
    `${name} has an address`,
    async () =>
      (await machine.kubectl("get", "service", name, "-o=jsonpath={.status.loadBalancer.ingress[*].ip}")) || undefined,
    { seconds: 10 },
  );

test("one node: the address answers on the machine, <pending> says why, and nothing stays behind", asRoot, async () => {
  await using machine = await makeMachine();
  const before = await machine.state();
  const manifests = [exposed("web", 30080, 1), balanced("lb"), balanced("far", ", loadBalancerIP: 203.0.113.9")];
  await machine.portolan("up", "-d", ...applied(machine, manifests.join("---")));
  const address = await addressOf(machine, "lb");
  assert.match(await ask(machine, address), /^You've hit web-/);
  assert.match(await machine.kubectl("get", "service", "lb"), new RegExp(`LoadBalancer +\\S+ +${address} +80:`));
  const told = await eventually(
    "the other one is told why it waits",
    async () => {
      const text = await machine.kubectl("describe", "service", "far");
      return text.includes("AllocationFailed") ? text : undefined;
    },
    { seconds: 10 },
  );
  assert.match(told, /203\.0\.113\.9 is not an address of pool default/);
  assert.match(await machine.kubectl("get", "lbpool"), /default +\S+ +true +1 +127 /);
  await machine.portolan("down");
  assert.deepEqual(unchanged(machine, before, await machine.state()), []);
});

test(
  "three nodes: one announces; when its process is killed another does, and clients notice nothing",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const manifests = [exposed("web", 30080, 3), balanced("lb")].join("---");
    await machine.portolan("up", "-d", "--nodes", "3", ...applied(machine, manifests));
    const address = await addressOf(machine, "lb");
    const announcer = async (except: string): Promise<string | undefined> => {
      const record = ["lease", `announced.${address}`, "-n", "kube-system", "--ignore-not-found"];
      const node = await machine.kubectl("get", ...record, "-o=jsonpath={.spec.holderIdentity}");
      return node === "" || node === except ? undefined : node;
    };
    const first = await eventually("a node announces it", () => announcer(""), { seconds: 10 });
    assert.match(await ask(machine, address), /^You've hit web-/);
    const status = await machine.run(portolan, "status", "-o", "json", "--data-dir", machine.dataDir);
    const { processes }: { processes: { pid: number; role: string }[] } = JSON.parse(status.stdout);
    process.kill(processes.find(({ role }) => role === first)?.pid ?? 0, "SIGKILL");
    let asked = 0;
    await eventually(
      "another node announces it",
      async () => {
        assert.match(await ask(machine, address), /^You've hit web-/, `request ${++asked}`);
        return announcer(first);
      },
      { seconds: 10 },
    );
    assert.match(await ask(machine, address), /^You've hit web-/);
    assert.match(await machine.kubectl("describe", "service", "lb"), /nodeAssigned .* announcing from node/);
  },
);
