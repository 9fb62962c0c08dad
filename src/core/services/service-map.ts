import type { Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import type { Reason } from "../reasons.ts";

/** `namespace/name` of a Service. */
export type ServiceName = string;

/** What one Service exposes, seen from one node. Computed from the Service, its EndpointSlices and the facts of the node alone. */
export interface ServiceEntry {
  readonly name: ServiceName;
  /**
   * Orders Services that claim the same address and port: the smaller one has it. The older Service wins, then the name decides,
   * so that every node and every restart comes to the same answer.
   */
  readonly seniority: string;
  /** Its addresses in the service range; `ours` is false where another proxy serves them. */
  readonly addresses: readonly ServiceAddress[];
  readonly frontends: readonly Frontend[];
  /** Why there are no frontends; undefined where there are. */
  readonly because: Reason | undefined;
}

export interface ServiceAddress {
  readonly ip: Ip;
  readonly ours: boolean;
}

/** An address and port that exposes something, who may use it and who receives it. */
export interface Frontend {
  /** `default/nginx-svc:http/ClusterIP`: names the rule, the metric and the hop of a trace. The second family adds `/IPv6`. */
  readonly id: string;
  readonly via: "ClusterIP" | "NodePort" | "ExternalIP" | "LoadBalancer" | "HostPort";
  readonly family: IpFamily;
  readonly protocol: Protocol;
  readonly at: readonly Ip[] | "NodeAddresses";
  readonly port: number;
  readonly sources: SourceRule;
  /** The first whose `from` fits decides; every client is one of the three. */
  readonly cases: readonly Case[];
  /** How long a client keeps its endpoint, in seconds; 0: no affinity. */
  readonly affinitySeconds: number;
}

/** Who may come in at all. */
export type SourceRule =
  | { readonly kind: "anyone" }
  | { readonly kind: "ranges"; readonly ranges: readonly Cidr[]; readonly field: "spec.loadBalancerSourceRanges" };

/** `pod`: from an address of the cluster's pods; `thisNode`: from the node itself; `outside`: from anywhere else. */
export type Origin = "pod" | "thisNode" | "outside";

export interface Case {
  readonly from: Origin;
  readonly verdict: Verdict;
  /** `hairpin`: only a pod that meets itself; `always`: the client's address becomes the node's. */
  readonly masquerade: "never" | "hairpin" | "always";
}

export type Verdict =
  | { readonly kind: "forward"; readonly pool: Pool }
  | { readonly kind: "reject" | "drop"; readonly because: Reason };

/** Who receives the traffic, each with an equal share, and why the others don't. */
export interface Pool {
  readonly scope: "cluster" | "node";
  /** In the order of their addresses, each once. */
  readonly members: readonly Endpoint[];
  readonly leftOut: readonly { readonly endpoint: Endpoint; readonly because: Reason }[];
}

export interface Endpoint {
  readonly ip: Ip;
  readonly port: number;
  /** undefined where the slice doesn't say. */
  readonly nodeName: string | undefined;
  /** `namespace/name` of the pod, where there is one. */
  readonly pod: string | undefined;
  readonly condition: "ready" | "servingTerminating" | "terminating" | "notReady";
}

/** What an entry needs to know of the node it is computed for. */
export interface NodeFacts {
  readonly nodeName: string;
  /** The families that the cluster uses; the others' frontends are left out. */
  readonly families: readonly IpFamily[];
}
