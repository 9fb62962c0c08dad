import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { processesOf } from "./violence.ts";

/** `PORTOLAN_CYCLES` asks for more. */
const cycles = Number(process.env.PORTOLAN_CYCLES ?? 100);
const atOnce = 10;

test(`nothing grows by ${cycles} Services and pods that came and went`, {
  ...asRoot,
  timeout: 120_000 + 2000 * cycles,
}, async () => {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d");
  const access = await readKubeconfig(`${machine.dataDir}/kubeconfig`);
  const transport = tlsTransport({ ...access, server: `https://${machine.address}:6443` });
  using _ = { [Symbol.dispose]: () => transport.close() };

  // What is made once, by the first of a kind, is no growth.
  await churn(transport, 2 * atOnce);
  const before = await eventually("the first ones have left nothing", () => quiet(machine), { seconds: 20 });
  await churn(transport, cycles);
  await eventually(
    "everything is as before",
    async () => {
      assert.deepEqual(await standing(machine), before);
      return true;
    },
    { seconds: 20 },
  );
});

/** Ends as soon as it is told to. */
const script = "trap 'exit 0' TERM; sleep 1000 & wait";

/** Services with one ready pod each, made and deleted, a few at a time. */
async function churn(transport: Transport, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await cycle(transport, `churn-${next++}`);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function cycle(transport: Transport, name: string): Promise<void> {
  const [ofPods, ofServices] = [resourceClient(transport, pods), resourceClient(transport, services)];
  const metadata = { name, labels: { app: name } };
  const ports = [{ port: 80, targetPort: 8080 }];
  await ofServices.create("default", { metadata, spec: { type: "NodePort", selector: { app: name }, ports } });
  const containers = [{ name: "main", image: "busybox", command: ["sh", "-c", script] }];
  await ofPods.create("default", { metadata, spec: { containers, terminationGracePeriodSeconds: 1 } });
  const isReady = async (): Promise<boolean> =>
    (await ofPods.get("default", name)).status.conditions?.some(
      ({ type, status }) => type === "Ready" && status === "True",
    ) ?? false;
  await eventually(`${name} is ready`, isReady, { seconds: 30 });
  await Promise.all([ofServices.delete("default", name), ofPods.delete("default", name)]);
  const isGone = async (): Promise<boolean> => {
    try {
      await ofPods.get("default", name);
      return false;
    } catch (fault) {
      if (refusedFor(fault, "NotFound")) return true;
      throw fault;
    }
  };
  await eventually(`${name} is gone`, isGone, { seconds: 30 });
}

interface Standing {
  readonly rules: readonly string[];
  readonly links: readonly string[];
  readonly processes: number;
  readonly descriptors: number;
  readonly podFolders: number;
}

/** What the cluster holds of its machine. */
async function standing(machine: Machine): Promise<Standing> {
  const [{ stdout: rules }, { stdout: links }, ours] = await Promise.all([
    machine.run("nft", "--stateless", "list", "ruleset"),
    machine.run("ip", "-brief", "link"),
    processesOf(machine),
  ]);
  const [main = 0] = await processesOf(machine, "/src/cli/main.ts");
  return {
    rules: rules.split("\n"),
    links: [...links.matchAll(/^\S+/gm)].map(([name]) => name),
    processes: ours.length,
    descriptors: readdirSync(`/proc/${main}/fd`).length,
    podFolders: readdirSync(`${machine.dataDir}/run`, { recursive: true }).length,
  };
}

/** The same twice, so that nothing is still on its way out. */
async function quiet(machine: Machine): Promise<Standing | undefined> {
  const [first, second] = [await standing(machine), await standing(machine)];
  return JSON.stringify(first) === JSON.stringify(second) && first.processes === 1 ? second : undefined;
}
