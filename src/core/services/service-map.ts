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
  /** What its objects ask for and don't get here, each once. */
  readonly passedOver: readonly PassedOver[];
  /** What load balancers outside may ask this node about the Service; undefined where nothing is asked. */
  readonly health: HealthCheck | undefined;
}

/** A value in a Service or EndpointSlice that no rule is made of. It spoils nothing else. */
export interface PassedOver {
  readonly object: { readonly kind: "Service" | "EndpointSlice"; readonly name: string };
  /** `spec.externalIPs[1]`. */
  readonly field: string;
  readonly value: string;
  readonly because: Reason;
}

/** Source: core/v1 ServiceSpec.healthCheckNodePort. */
export interface HealthCheck {
  readonly port: number;
  /** Ready endpoints on this node, by their addresses. Terminating ones don't count, though traffic may still go to them. */
  readonly localEndpoints: number;
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

/** Who may come in at all. Of ranges none lies in another, and where none is left nobody may. */
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

/**
 * Who receives the traffic, each with an equal share, and why the others don't. `cluster`: endpoints anywhere, those near this node
 * where the slices' hints say so; `node`: endpoints on this node.
 */
export interface Pool {
  readonly scope: "cluster" | "node";
  /** In the order of their addresses, each once. */
  readonly members: readonly Endpoint[];
  readonly leftOut: readonly { readonly endpoint: Endpoint; readonly because: Reason }[];
  /** Why hints to zones or nodes were not followed; absent where there are none, or they were. */
  readonly hintsIgnored?: Reason;
}

export interface Endpoint {
  readonly ip: Ip;
  readonly port: number;
  /** undefined where the slice doesn't say. */
  readonly nodeName: string | undefined;
  /** `namespace/name` of the pod, where there is one. */
  readonly pod: string | undefined;
  readonly condition: "ready" | "servingTerminating" | "terminating" | "notReady";
  /** Which zones and nodes should send to it; absent where the slice says nothing. */
  readonly hints?: Hints;
}

/** Source: discovery/v1 EndpointHints (KEP-2433, KEP-3015). */
export interface Hints {
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/** What an entry needs to know of the node it is computed for. */
export interface NodeFacts {
  readonly nodeName: string;
  /** Its label `topology.kubernetes.io/zone`. */
  readonly zone: string | undefined;
  /** The families that the cluster uses; the others' frontends are left out. */
  readonly families: readonly IpFamily[];
}
