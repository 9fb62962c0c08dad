import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { startTraffic } from "./load/calls.ts";
import { probed } from "./load/rollout.ts";

/** `PORTOLAN_ROLLOUTS` asks for more. */
const rollouts = Number(process.env.PORTOLAN_ROLLOUTS ?? 1);
const replicas = 20;
/** New connections a second, of all ways together. */
const perSecond = 500;

test(`no connection is refused or reset while ${replicas} pods on three nodes are replaced, by any way to them`, {
  ...asRoot,
  timeout: 300_000,
}, async () => {
  await using machine = await makeMachine();
  const file = `${machine.dataDir}.yaml`;
  writeFileSync(file, [probed("web", replicas), ...balanced].join("---"));
  await machine.portolan("up", "-d", "--nodes", "3", "-f", file);
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=90s");
  const ways = await waysTo(machine);
  await using owned = new AsyncDisposableStack();
  const share = perSecond / ways.length;
  const running = ways.map(({ name, from, address, port }) => ({
    name,
    traffic: owned.use(startTraffic(machine, [address, port, share], from)),
  }));
  for (let round = 0; round < rollouts; round++) {
    await machine.kubectl("rollout", "restart", "deployment/web");
    await machine.kubectl("rollout", "status", "deployment/web", "--timeout=120s");
    await eventually("the pods from before are gone", async () => (await podCount(machine)) === replicas, {
      seconds: 60,
    });
  }
  for (const { name, traffic } of running) {
    const { failures, answers } = await traffic.end();
    assert.deepEqual(failures, [], name);
    assert.ok(Object.keys(answers).length > replicas / 2, `${name}: ${Object.keys(answers).length} pods answered`);
  }
});

const balanced = (["Cluster", "Local"] as const).map(
  (policy) => `
apiVersion: v1
kind: Service
metadata: { name: ${policy.toLowerCase()} }
spec:
  type: LoadBalancer
  externalTrafficPolicy: ${policy}
  selector: { app: web }
  ports: [{ port: 80, targetPort: http }]
`,
);

interface WayTo {
  readonly name: string;
  /** A node's namespace; undefined: from the machine, which is outside. */
  readonly from: string | undefined;
  readonly address: string;
  readonly port: number;
}

async function waysTo(machine: Machine): Promise<readonly WayTo[]> {
  const { nodes } = JSON.parse(await machine.portolan("status", "-o", "json"));
  const told = (service: string, path: string) => machine.kubectl("get", "service", service, `-o=jsonpath={${path}}`);
  const ingress = ".status.loadBalancer.ingress[0].ip";
  await eventually(
    "both have an address",
    async () => (await told("local", ingress)) && (await told("cluster", ingress)),
    {
      seconds: 20,
    },
  );
  const nodePort = Number(await told("cluster", ".spec.ports[0].nodePort"));
  return [
    { name: "ClusterIP from a node", from: nodes[1].netns, address: await told("web", ".spec.clusterIP"), port: 80 },
    { name: "NodePort", from: undefined, address: nodes[2].ip, port: nodePort },
    { name: "LoadBalancer, policy Cluster", from: undefined, address: await told("cluster", ingress), port: 80 },
    { name: "LoadBalancer, policy Local", from: undefined, address: await told("local", ingress), port: 80 },
  ];
}

const podCount = async (machine: Machine): Promise<number> =>
  (await machine.kubectl("get", "pods", "-l=app=web", "-o=jsonpath={.items[*].metadata.name}")).split(" ").length;
