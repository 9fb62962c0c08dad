import type { Backoff } from "#client/backoff.ts";
import { type Informers, informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import { printRemoval } from "#core/ruleset/nftables.ts";
import { NodeTable } from "#core/ruleset/node-table.ts";
import { entryOf } from "#core/services/entry.ts";
import { flowsToCheck, type Watched } from "#core/services/flows.ts";
import type { NodeFacts } from "#core/services/service-map.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { deleteFlowsOf } from "#os/conntrack.ts";
import { type Nft, openNft } from "#os/nft.ts";
import { everything, type Failure, loop } from "../loop.ts";
import { type FlowSweep, sweepFlows } from "./flow-sweep.ts";
import { type KernelTable, kernelTable } from "./kernel-table.ts";
import { type Changes, type Observed, observe } from "./observed.ts";

export interface ProxyOptions {
  readonly transport: Transport;
  readonly nodeName: string;
  readonly cluster: ClusterRanges;
  /** Hears every failure; the work is tried again anyway. */
  readonly failed: (failure: Failure) => void;
  /** The nft table; one a cluster on this machine. */
  readonly table?: string;
  /** Where the process already follows Services, EndpointSlices and Nodes. */
  readonly informers?: Informers;
}

export interface ClusterRanges {
  /** Where pods have their addresses, on all nodes; their families are the cluster's. */
  readonly clusterCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
  /** Where this node answers DNS itself; port 53 there is kept out of connection tracking. */
  readonly dnsAddresses: readonly Ip[];
}

export interface ServiceProxy {
  /** Resolves when the kernel has the rules of everything that was there at the start. */
  readonly synced: Promise<void>;
  /** Resolves when the kernel has the rules of everything that is known by now. */
  readonly idle: () => Promise<void>;
  /** Rules that are not removed go on serving without this process. */
  readonly stop: (how: { readonly removeRules: boolean }) => Promise<void>;
}

/** The table's name where nobody says otherwise. */
const defaultTable = "portolan";

/** How often it is seen whether somebody has flushed the rules, in seconds. */
const probeSeconds = 10;
const backoff: Backoff = { firstSeconds: 0.05, longestSeconds: 5, random: Math.random };

/**
 * Keeps one node's rules as Services, EndpointSlices and Nodes want them. A change is in the kernel at the end of the event-loop
 * turn in which it is heard of, as one transaction with every other change of that turn. Rules that an earlier run left behind
 * serve until the first transaction replaces them.
 */
export async function startProxy(options: ProxyOptions): Promise<ServiceProxy> {
  const { nodeName, cluster, table: name = defaultTable, failed } = options;
  const families = [...new Set(cluster.clusterCidrs.map(({ family }) => family))];
  const table = new NodeTable({ table: name, nodeName, around: { ...cluster, families } });
  const nft = await openNft();
  const kernel = kernelTable(table, nft, (fault) => failed({ loop: "proxy", key: name, fault, failures: 1 }));
  const followed = options.informers ?? informers(options.transport);
  const observed = observe(followed, nodeName);
  const sweep = sweepFlows(families, { backoff, failed });
  const facts = { nodeName, families };
  const parts: Working = { table, kernel, observed, facts, unchecked: [], check: sweep.check };
  const synced = Promise.withResolvers<void>();
  const working = loop<Changes>({
    name: "proxy",
    sources: observed.sources,
    plan: observed.take,
    async apply(changes) {
      await applyChanges(changes, parts);
      synced.resolve();
      return { againSeconds: probeSeconds };
    },
    parallel: 1,
    backoff,
    failed,
  });
  // Nothing may ever change in an empty cluster, and the frame must stand nevertheless.
  working.enqueue(everything);
  return {
    synced: synced.promise,
    async idle() {
      await working.idle();
      await sweep.idle();
    },
    async stop({ removeRules: remove }) {
      await working.stop();
      await sweep.stop();
      if (options.informers === undefined) followed.stop();
      if (remove) await removeWith(nft, name, cluster);
      nft.close();
    },
  };
}

interface Working {
  readonly table: NodeTable;
  readonly kernel: KernelTable;
  readonly observed: Observed;
  readonly facts: NodeFacts;
  /** What changed in rules that the kernel has not taken yet. */
  readonly unchecked: Watched[];
  readonly check: FlowSweep["check"];
}

async function applyChanges({ names, addresses }: Changes, working: Working): Promise<void> {
  const { table, kernel, observed, facts, unchecked, check } = working;
  const moves = addresses === undefined ? [] : [table.moveTo(addresses)];
  const own = table.place().nodeAddresses;
  const entries = names.map((name) => {
    const service = observed.service(name);
    return [name, service && entryOf(service, observed.slicesOf(name), facts)] as const;
  });
  const watched = entries.flatMap(([name, entry]) => flowsToCheck(table.entry(name), entry, own));
  unchecked.push(...watched);
  await kernel.apply([...moves, table.change(new Map(entries))]);
  check(unchecked.splice(0));
}

/** Takes the rules of a proxy away that may run no more, and the flows it translated. Harmless where there are none. */
export async function removeRules(table: string, cluster: ClusterRanges): Promise<void> {
  const nft = await openNft();
  await removeWith(nft, table, cluster);
  nft.close();
}

async function removeWith(nft: Nft, table: string, { clusterCidrs, serviceCidrs }: ClusterRanges): Promise<void> {
  await nft.apply(printRemoval(table));
  for (const block of [...clusterCidrs, ...serviceCidrs]) await deleteFlowsOf(block);
}
