/**
 * Why a decision about exposure came out as it did. One closed list: events, conditions, traces, metrics and the reference use the
 * same codes. A new decision adds its code here, with the sentence that explains it.
 */
export type Reason =
  // Why a Service has no frontends here.
  | "Headless"
  | "ExternalName"
  | "NoClusterIP"
  | "OtherProxy"
  // Why an endpoint gets no traffic.
  | "NotReady"
  | "Terminating"
  | "TerminatingUnneeded"
  | "OnOtherNode"
  | "HintedToOtherZone"
  | "HintedToOtherNode"
  // Why hints to zones and nodes are not followed.
  | "NodeHasNoZone"
  | "EndpointsWithoutHints"
  | "NoHintsForThisNode"
  // Why a value of an object is passed over.
  | "NotAnAddress"
  | "NotABlock"
  | "NotAPort"
  | "SpecialAddress"
  | "UnusedFamily"
  | "BalancerProxies"
  // Why a packet is refused.
  | "NoEndpoints"
  | "NoReadyEndpoints"
  | "NoLocalEndpoints"
  | "SourceRangeDenied"
  | "UnusedPort"
  | "UnallocatedServiceAddress"
  // Why a Service has no load-balancer address, or not the one that it asks for.
  | "LoadBalancerClassUnclaimed"
  | "LoadBalancerWishInvalid"
  | "NoLoadBalancerPool"
  | "LoadBalancerPoolUnknown"
  | "LoadBalancerFamilyMissing"
  | "LoadBalancerPoolsExhausted"
  | "LoadBalancerAddressOutside"
  | "LoadBalancerAddressTaken"
  // Why nothing is given out of a pool of load-balancer addresses.
  | "PoolOverlaps"
  | "PoolInClusterRange"
  // Why its source address changes.
  | "Hairpin"
  | "ReplyMustReturnHere"
  | "LeavesCluster";

const sentences: Readonly<Record<Reason, string>> = {
  Headless:
    "the Service is headless (clusterIP: None): its name leads straight to its pods, and it has no address of its own",
  ExternalName: "the Service is of type ExternalName: only its DNS name exists",
  NoClusterIP: "the Service has no cluster IP yet",
  OtherProxy: "the Service's label service.kubernetes.io/service-proxy-name gives it to another proxy",
  NotReady: "the endpoint is not ready",
  Terminating: "the endpoint is terminating and no longer serves",
  TerminatingUnneeded: "the endpoint is terminating; it serves only while no other endpoint is ready (KEP-1669)",
  OnOtherNode: "the endpoint is on another node, and the traffic policy is Local",
  HintedToOtherZone:
    "the endpoint is meant for other zones, and there are some for this node's zone (trafficDistribution)",
  HintedToOtherNode: "the endpoint is meant for other nodes, and there are some for this node (trafficDistribution)",
  NodeHasNoZone: "the node has no label topology.kubernetes.io/zone, so hints to zones mean nothing here",
  EndpointsWithoutHints: "some ready endpoint has no hint, so none is followed",
  NoHintsForThisNode: "no ready endpoint is meant for this node or its zone, so hints are not followed",
  NotAnAddress: "it is no IP address",
  NotABlock: "it is no block of IP addresses",
  NotAPort: "it is no port: ports are 1 to 65535",
  SpecialAddress: "loopback, link-local, multicast and unspecified addresses are not served",
  UnusedFamily: "the Service has no cluster IP of this address family",
  BalancerProxies: "the load balancer has ipMode Proxy: what is sent to it must pass it, also from inside the cluster",
  NoEndpoints: "the Service has no endpoints",
  NoReadyEndpoints: "the Service has endpoints, but none of them is ready",
  NoLocalEndpoints: "the traffic policy is Local, and no endpoint on this node is ready",
  SourceRangeDenied: "the client's address is in none of the Service's loadBalancerSourceRanges",
  UnusedPort: "the Service has no such port",
  UnallocatedServiceAddress: "no Service has this address of the service range",
  LoadBalancerClassUnclaimed: "the Service's loadBalancerClass names an implementation that this cluster doesn't have",
  LoadBalancerWishInvalid:
    "what the Service asks for in annotations and loadBalancerIP can't be read, or contradicts itself",
  NoLoadBalancerPool: "no LoadBalancerPool gives addresses to this Service",
  LoadBalancerPoolUnknown: "the pool that the Service asks for is not there, or not for this Service",
  LoadBalancerFamilyMissing: "no pool for this Service has addresses of every family that it needs",
  LoadBalancerPoolsExhausted: "every address of the pools for this Service is in use",
  LoadBalancerAddressOutside: "no pool for this Service has the address that it asks for",
  LoadBalancerAddressTaken: "another Service has the address, and the two can't share it",
  PoolOverlaps: "an older pool has some of the same addresses",
  PoolInClusterRange: "some of the addresses are the cluster's own, for pods or for Services",
  Hairpin: "a pod that reaches itself through a Service must see the answer come from elsewhere",
  ReplyMustReturnHere: "the answer must pass this node again to be translated back",
  LeavesCluster: "pod addresses mean nothing outside the cluster",
};

/** The sentence that explains a reason to a user. */
export const explain = (reason: Reason): string => sentences[reason];
