import { join } from "node:path";
import { nodes } from "#api/core/node.ts";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { connect } from "#cluster/connect.ts";
import { ClusterFault } from "#cluster/faults.ts";
import { type RunningCluster, readRunning } from "#cluster/running.ts";
import { internalIPs, isReady } from "#core/node.ts";
import { isJsonObject } from "#machinery/json.ts";
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
  const kubeconfig = parsed.text("kubeconfig");
  const facts = kubeconfig === undefined ? await factsHere(dataDir) : await factsElsewhere(kubeconfig);
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : show(facts, dataDir));
  return facts.ready ? 0 : 1;
}

async function factsHere(dataDir: string): Promise<Facts> {
  const running = await readRunning(dataDir);
  return running === undefined ? stopped(dataDir) : factsOf(dataDir, running);
}

/** What the API of any cluster tells. */
async function factsElsewhere(kubeconfig: string): Promise<Facts> {
  const transport = tlsTransport(await readKubeconfig(kubeconfig));
  try {
    const found = await nodesIn(transport, () => null);
    const answer = await transport.send({ method: "GET", path: "/version", headers: {}, body: undefined });
    const version: unknown = JSON.parse(await answer.text());
    return {
      ready: found.every(({ ready }) => ready),
      version: isJsonObject(version) ? String(version.gitVersion ?? "") : "",
      kubeconfig,
      nodes: found,
      processes: [],
      loadBalancerPool: [],
    };
  } finally {
    transport.close();
  }
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
    return await nodesIn(transport, (name) => running.nodes.find((one) => one.name === name)?.netns ?? null);
  } catch (fault) {
    if (fault instanceof ClusterFault || fault instanceof Unreachable) return undefined;
    throw fault;
  } finally {
    transport?.close();
  }
}

async function nodesIn(transport: Transport, netnsOf: (name: string) => string | null): Promise<Facts["nodes"]> {
  const { items } = await resourceClient(transport, nodes).list("");
  return items.map((node) => {
    const { name } = node.metadata;
    return { name, ip: internalIPs(node)[0]?.text ?? "", netns: netnsOf(name), ready: isReady(node) };
  });
}

function show(facts: Facts, dataDir: string): string {
  if (facts.version === "") return `no cluster runs from ${dataDir}; bring one up with: portolan up\n`;
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
    ...(processes.length === 0 ? [] : [alignColumns([["PROCESS", "ROLE"], ...processes])]),
  ].join("\n");
}
