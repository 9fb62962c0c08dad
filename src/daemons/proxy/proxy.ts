import { nodes } from "#api/core/node.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { Backoff } from "#client/backoff.ts";
import { type EventRecorder, eventRecorder } from "#client/events.ts";
import { type Informers, informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { deleteFlowsOf } from "#os/conntrack.ts";
import { everything, type Failure, loop, type Source } from "../loop.ts";
import { sweepFlows } from "./flow-sweep.ts";
import type { RulesFollower } from "./followers.ts";
import { HealthChecks } from "./health-checks.ts";
import type { ProxyMode } from "./kernel-rules.ts";
import { ProxyMetrics } from "./metrics.ts";
import { openRules } from "./modes.ts";
import { NodePorts } from "./node-ports.ts";
import { type Changes, type Observed, observe } from "./observed.ts";
import { Programming } from "./programming.ts";
import { Progress } from "./progress.ts";
import { isEligible, type Told } from "./status-pages.ts";
import { type TurningRules, turningRules } from "./turning-rules.ts";

export interface ProxyOptions {
  readonly transport: Transport;
  readonly mode: ProxyMode;
  readonly nodeName: string;
  readonly cluster: ClusterRanges;
  /** Serves the host ports of pods too; otherwise a network plugin does, as on most clusters. */
  readonly hostPorts?: boolean;
  /** Hears every failure; the work is tried again anyway. */
  readonly failed: (failure: Failure) => void;
  /** The nft table; one a cluster on this machine. */
  readonly table?: string;
  /** Where the process already follows Services, EndpointSlices and Nodes. */
  readonly informers?: Informers;
}

export interface ClusterRanges {
  /** Those that the cluster uses; absent: those of the pods' blocks. */
  readonly families?: readonly IpFamily[];
  /** Where pods have their addresses, on all nodes. */
  readonly clusterCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
  /** Whether pods get the node's address when they leave the cluster. */
  readonly masqueradesPods: boolean;
  /** Where this node answers DNS itself; port 53 there is kept out of connection tracking. */
  readonly dnsAddresses: readonly Ip[];
  /** Where this machine serves node ports: its addresses in these blocks; absent: those that its Node lists. */
  readonly nodePortBlocks?: readonly Cidr[];
}

export interface ServiceProxy {
  /** Resolves when the kernel has the rules of everything that was there at the start. */
  readonly synced: Promise<void>;
  /** Resolves when the kernel has the rules of everything that is known by now. */
  readonly idle: () => Promise<void>;
  /**
   * Writes the rules in this mode; those of the other stand beside them until somebody takes them away. What the proxy does beside
   * the rules goes on. Resolves when they serve; rejects where the kernel does not take them, and goes on in the mode before.
   */
  readonly turnTo: (mode: ProxyMode) => Promise<void>;
  /** What it can tell of itself; `serveStatus` shows it to others. */
  readonly told: Told;
  /** Rules that are not removed go on serving without this process. */
  readonly stop: (how: { readonly removeRules: boolean }) => Promise<void>;
}

const backoff: Backoff = { firstSeconds: 0.05, longestSeconds: 5, random: Math.random };

/**
 * Keeps one node's rules as Services, EndpointSlices and Nodes want them. A change is in the kernel at the end of the event-loop
 * turn in which it is heard of, as one transaction with every other change of that turn. Rules that an earlier run left behind
 * serve meanwhile, and are kept as far as they are right.
 */
export async function startProxy(options: ProxyOptions): Promise<ServiceProxy> {
  const { nodeName, cluster, failed } = options;
  const families = cluster.families ?? [...new Set(cluster.clusterCidrs.map(({ family }) => family))];
  const rules = await turningRules(options, { ...cluster, families });
  const followed = options.informers ?? informers(options.transport);
  const observed = observe(followed, {
    nodeName,
    nodePortBlocks: cluster.nodePortBlocks,
    clusterBlocks: [...cluster.clusterCidrs, ...cluster.serviceCidrs],
    hostPorts: options.hostPorts ?? false,
  });
  const recorder = eventRecorder(options.transport, { component: "kube-proxy", host: nodeName });
  const sweep = sweepFlows(families, { backoff, failed });
  const told = tellOf(options, followed, rules);
  const followers = followersOf(options, { told, recorder, followed, serviceOf: observed.service });
  const programming = new Programming({ nodeName, families }, { rules, observed, recorder, sweep, followers, told });
  const synced = Promise.withResolvers<void>();
  const working = loop<Changes>({
    name: "proxy",
    sources: observed.sources.map((source) => noticed(source, () => told.progress.queued())),
    plan: observed.take,
    async apply(changes) {
      await programming.apply(changes);
      synced.resolve();
      return { againSeconds: rules.probeSeconds };
    },
    parallel: 1,
    backoff,
    failed(failure) {
      told.metrics.refused(told.mode());
      failed(failure);
    },
  });
  // Nothing may ever change in an empty cluster, and the frame must stand nevertheless.
  working.enqueue(everything);
  return {
    synced: synced.promise,
    turnTo(mode) {
      const turned = rules.turnTo(mode);
      working.enqueue(everything);
      return turned;
    },
    told,
    async idle() {
      await working.idle();
      await Promise.all([sweep, ...followers].map((one) => one.idle()));
    },
    async stop({ removeRules: remove }) {
      await working.stop();
      await Promise.all([sweep, ...followers].map((one) => one.stop()));
      await recorder.flushed();
      if (options.informers === undefined) followed.stop();
      if (remove) await removeWith(rules, cluster);
      rules.close();
    },
  };
}

/** Calls back before each key that a source enqueues. */
const noticed = ({ connect, synced }: Source, heard: () => void): Source => ({
  synced,
  connect: (enqueue) =>
    connect((key) => {
      heard();
      enqueue(key);
    }),
});

function tellOf({ nodeName }: ProxyOptions, followed: Informers, { mode }: TurningRules): Told {
  const progress = new Progress(Date.now);
  const allNodes = followed.of(nodes);
  const isNodeEligible = () => isEligible(allNodes.get("", nodeName));
  return { mode, progress, metrics: new ProxyMetrics(progress), isNodeEligible, now: Date.now };
}

/** Counts what is heard of, whether or not rules follow from it. */
function changeCounter(followed: Informers, { metrics }: Told): RulesFollower {
  const stops = [
    followed.of(services).onChange(() => metrics.heardOf("service")),
    followed.of(endpointSlices).onChange(() => metrics.heardOf("endpoint")),
  ];
  return {
    changed: () => {},
    idle: async () => {},
    async stop() {
      for (const stop of stops) stop();
    },
  };
}

interface Parts {
  readonly told: Told;
  readonly recorder: EventRecorder;
  readonly followed: Informers;
  readonly serviceOf: Observed["service"];
}

function followersOf(
  { nodeName, failed }: ProxyOptions,
  { told, recorder, followed, serviceOf }: Parts,
): readonly RulesFollower[] {
  return [
    changeCounter(followed, told),
    new HealthChecks({ isHealthy: () => told.progress.isHealthy, backoff, failed }),
    new NodePorts({ nodeName, serviceOf, recorder, backoff, failed }),
  ];
}

/** Takes the rules of a proxy away that may run no more, and the flows it translated. Harmless where there are none. */
export async function removeRules(mode: ProxyMode, cluster: ClusterRanges, table?: string): Promise<void> {
  const around = { ...cluster, families: [] };
  const rules = await openRules({ mode, nodeName: "", table, failed: () => {} }, around);
  await removeWith(rules, cluster);
  rules.close();
}

async function removeWith(
  rules: Pick<TurningRules, "remove">,
  { clusterCidrs, serviceCidrs }: ClusterRanges,
): Promise<void> {
  await rules.remove();
  for (const block of [...clusterCidrs, ...serviceCidrs]) await deleteFlowsOf(block);
}
