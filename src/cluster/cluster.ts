import type { Transport } from "#client/transport.ts";
import type { Store } from "#store/store.ts";
import type { LiveName } from "./change.ts";
import { startControlPlane } from "./control-plane.ts";
import { type Identities, identitiesOf } from "./identities.ts";
import { machineAsNode } from "./machine-as-node.ts";
import { nodeProcesses } from "./node-processes.ts";
import { type Nodes, type NodesAround, noNodes } from "./nodes.ts";
import type { Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";

/** The API, the controllers, and the nodes. */
export interface Cluster {
  /** Requests as the cluster's administrator. */
  readonly transport: Transport;
  /** Rules, names and the nodes are as the API says. */
  readonly ready: Promise<void>;
  readonly identities: Identities;
  /** Those that need no new start. Rejects where the proxy can't have its mode, and goes on as before. */
  readonly setLive: (settings: Pick<Settings, LiveName>) => Promise<void>;
  /** Ends everything in this process but the store, and every other process of ours. Pods and rules go on. */
  readonly stop: () => Promise<void>;
}

export interface Surroundings extends NodesAround {
  readonly store: Store;
}

function nodesFor(settings: Settings, around: NodesAround): Nodes {
  const { nodes, lan } = around.plan;
  if (lan !== undefined) return nodeProcesses(settings, lan, around);
  return nodes.length === 0 ? noNodes : machineAsNode(settings, around);
}

/**
 * Starts a cluster. Throws `ClusterFault` and the faults of the parts, when nothing of it runs any more; what it has changed on the
 * machine until then is in the ledger.
 */
export async function startCluster(settings: Settings, around: Surroundings): Promise<Cluster> {
  const { control: plan, nodes: planned } = around.plan;
  await using started = new AsyncDisposableStack();
  const nodes = nodesFor(settings, around);
  started.defer(() => nodes.stop());
  const [identities] = await allSettled([
    identitiesOf(settings["data-dir"], { apiHosts: plan.apiHosts, nodes: planned }),
    nodes.prepare(),
  ]);
  const control = await startControlPlane(settings, { ...around, plan, identities });
  started.defer(() => control.stop());
  const { ready } = await nodes.start(control, identities);
  started.defer(() => nodes.stop()); // before what they talk to
  const parts = started.move();
  return {
    transport: control.as("kubernetes-admin", "system:masters"),
    ready,
    identities,
    async setLive(live) {
      await nodes.setProxyMode(live["proxy-mode"]);
      control.setNodePortRange(live["service-node-port-range"]);
    },
    stop: () => parts.disposeAsync(),
  };
}
