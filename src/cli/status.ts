import { join } from "node:path";
import { type Node, nodes } from "#api/core/node.ts";
import { resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { connect } from "#cluster/connect.ts";
import { ClusterFault } from "#cluster/faults.ts";
import { type RunningCluster, readRunning } from "#cluster/running.ts";
import { clusterFlags, dataDirFrom, parse, wantsJson } from "./arguments.ts";
import { alignColumns } from "./columns.ts";

/** What `status -o json` tells. */
interface Facts {
  readonly ready: boolean;
  readonly version: string;
  readonly kubeconfig: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly ip: string;
    readonly netns: string | null;
    readonly ready: boolean;
  }[];
  readonly processes: readonly { readonly pid: number; readonly role: string }[];
  readonly loadBalancerPool: readonly string[];
}

/** `portolan status`: 0 where the cluster is ready, 1 otherwise. */
export async function status(args: readonly string[]): Promise<number> {
  const parsed = parse(args, clusterFlags);
  const json = wantsJson(parsed);
  const dataDir = dataDirFrom(parsed);
  const running = await readRunning(dataDir);
  const facts = running === undefined ? stopped(dataDir) : await factsOf(dataDir, running);
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : show(facts, dataDir));
  return facts.ready ? 0 : 1;
}

const kubeconfigOf = (dataDir: string): string => join(dataDir, "kubeconfig");
const stopped = (dataDir: string): Facts => ({
  ready: false,
  version: "",
  kubeconfig: kubeconfigOf(dataDir),
  nodes: [],
  processes: [],
  loadBalancerPool: [],
});

async function factsOf(dataDir: string, running: RunningCluster): Promise<Facts> {
  const found = await nodesOf(dataDir, running);
  const isReady = (name: string): boolean => found?.find((node) => node.name === name)?.ready ?? false;
  return {
    ready: running.nodes.every(({ name }) => isReady(name)),
    version: running.version,
    kubeconfig: kubeconfigOf(dataDir),
    nodes: found ?? [],
    processes: await processesOf(running),
    loadBalancerPool: running.loadBalancerPool,
  };
}

/** Its own, and those of the nodes that have one. */
async function processesOf({ process: own, role, nodes: all }: RunningCluster): Promise<Facts["processes"]> {
  const apart = await Promise.all(all.filter(({ netns }) => netns !== null).map(({ folder }) => readRunning(folder)));
  return [
    { pid: own.pid, role },
    ...apart.flatMap((one) => (one === undefined ? [] : [{ pid: one.process.pid, role: one.role }])),
  ];
}

/** Who asks for the status wants to know it now. */
const patienceSeconds = 2;

/** undefined where the API does not answer. */
async function nodesOf(dataDir: string, running: RunningCluster): Promise<Facts["nodes"] | undefined> {
  let transport: Transport | undefined;
  try {
    transport = await connect(dataDir, running, patienceSeconds);
    const { items } = await resourceClient(transport, nodes).list("");
    return items.map((node) => {
      const { name } = node.metadata;
      const netns = running.nodes.find((one) => one.name === name)?.netns ?? null;
      return { name, ip: internalIp(node), netns, ready: isReady(node) };
    });
  } catch (fault) {
    if (fault instanceof ClusterFault || fault instanceof Unreachable) return undefined;
    throw fault;
  } finally {
    transport?.close();
  }
}

const internalIp = ({ status: { addresses = [] } }: Node): string =>
  addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
const isReady = ({ status: { conditions = [] } }: Node): boolean =>
  conditions.some(({ type, status: is }) => type === "Ready" && is === "True");

function show(facts: Facts, dataDir: string): string {
  if (facts.processes.length === 0) return `no cluster runs from ${dataDir}; bring one up with: portolan up\n`;
  const rows = facts.nodes.map(({ name, ip, ready, netns }) => [
    name,
    ip,
    ready ? "Ready" : "NotReady",
    netns ?? "this machine",
  ]);
  const processes = facts.processes.map(({ pid, role }) => [String(pid), role]);
  return [
    `Portolan is ${facts.ready ? "ready" : "not ready"}; Kubernetes API ${facts.version}, kubeconfig ${facts.kubeconfig}\n`,
    alignColumns([["NODE", "ADDRESS", "STATUS", "NETWORK NAMESPACE"], ...rows]),
    alignColumns([["PROCESS", "ROLE"], ...processes]),
  ].join("\n");
}
