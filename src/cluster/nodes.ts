import type { Catalogue } from "#core/pods/images.ts";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { Identities } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";

/** The nodes that a cluster runs itself, wherever that is. */
export interface Nodes {
  /** What they need before there is an API. Everything that it changes is in the ledger. */
  readonly prepare: () => Promise<void>;
  readonly start: (control: ControlPlane, identities: Identities) => Promise<StartedNodes>;
  /** Changes the mode of every node's proxy while it serves. Rejects where that fails; it goes on as before. */
  readonly setProxyMode: (mode: ProxyMode) => Promise<void>;
  /** Pods and rules go on. Harmless where nothing has started. */
  readonly stop: () => Promise<void>;
}

export interface StartedNodes {
  /** All of them are registered, and as the API says. */
  readonly ready: Promise<void>;
}

/** Those of a server: machines that join by themselves. */
export const noNodes: Nodes = {
  prepare: () => Promise.resolve(),
  start: () => Promise.resolve({ ready: Promise.resolve() }),
  setProxyMode: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

export interface NodesAround {
  readonly plan: ClusterPlan;
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  readonly log: Log;
}
