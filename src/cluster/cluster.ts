import { controllerManagerUser, mastersGroup } from "#api/authentication/subjects.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import { keepHostNames } from "#daemons/dns/host-names.ts";
import { removeHostsBlock } from "#os/hosts-file.ts";
import type { Store } from "#store/store.ts";
import type { LiveName } from "./change.ts";
import { type ControlPlane, startControlPlane, toldTo } from "./control-plane.ts";
import { type Identities, identitiesOf } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import { machineAsNode } from "./machine-as-node.ts";
import { namesOf } from "./node-network.ts";
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

/** This machine's; a mount namespace may have another. */
const hostsFile = "/etc/hosts";

function nameHosts(
  settings: Settings,
  { control, ledger, log }: Pick<NodesAround, "ledger" | "log"> & { readonly control: ControlPlane },
): { readonly stop: () => Promise<void> } {
  const block = { file: hostsFile, holder: namesOf(settings["data-dir"]).table };
  ledger.note({ is: "hostNames", ...block });
  const followed = informers(control.as(controllerManagerUser));
  const names = keepHostNames({
    ingresses: followed.of(ingresses),
    domain: settings["cluster-domain"],
    block,
    failed: toldTo(log),
  });
  return {
    async stop() {
      await names.stop();
      followed.stop();
    },
  };
}

/** An earlier run may have been told otherwise. */
async function forgetHosts(ledger: Ledger): Promise<void> {
  for (const effect of ledger.effects()) {
    if (effect.is !== "hostNames") continue;
    await removeHostsBlock(effect);
    ledger.forget(effect);
  }
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
  if (settings["host-dns"]) {
    const names = nameHosts(settings, { control, ...around });
    started.defer(() => names.stop());
  } else await forgetHosts(around.ledger);
  const { ready } = await nodes.start(control, identities);
  started.defer(() => nodes.stop()); // before what they talk to
  const parts = started.move();
  return {
    transport: control.as("kubernetes-admin", mastersGroup),
    ready,
    identities,
    async setLive(live) {
      await nodes.setProxyMode(live["proxy-mode"]);
      control.setNodePortRange(live["service-node-port-range"]);
    },
    stop: () => parts.disposeAsync(),
  };
}
