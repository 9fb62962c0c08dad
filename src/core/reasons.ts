/** Why a route of a request's host doesn't serve it. */
export type RouteMisfit =
  | "PathDiffers"
  | "TrailingSlashDiffers"
  | "CaseDiffers"
  | "MethodDiffers"
  | "HeaderDiffers"
  | "QueryDiffers"
  | "CookieDiffers"
  | "RoutePrecedes"
  | "RouteHidden";

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
  // Why an Ingress is not served here, or not all of it.
  | "EngineRefuses"
  | "NoSuchIngressClass"
  | "OtherController"
  | "NoIngressClass"
  | "HostInvalid"
  | "PathInvalid"
  | "PatternInvalid"
  | "ResourceBackend"
  | "RouteTaken"
  | "CanaryWithoutMain"
  // Why the parameters of an IngressClass don't hold, or some of them.
  | "ParametersInvalid"
  | "SettingInvalid"
  | "SettingUnknown"
  | "SettingTaken"
  | "StreamPortTaken"
  // Why a host's certificate is not the one that is asked for.
  | "CertificateMissing"
  | "CertificateInvalid"
  | "CertificateExpired"
  | "CertificateNamesOther"
  | "CertificateTaken"
  // Why its source address changes.
  | "Hairpin"
  | "ReplyMustReturnHere"
  | "LeavesCluster"
  // What a trace finds on the way: clients and targets.
  | "NotReadable"
  | "NoSuchNode"
  | "NoSuchPod"
  | "NoSuchService"
  | "NoSuchNamespace"
  | "InOtherNamespace"
  | "ClientNotRunning"
  // Names.
  | "NameKnown"
  | "NameElsewhere"
  | "NameIncomplete"
  | "NoSuchName"
  | "AsksNodesServers"
  // Addresses.
  | "AddressOfService"
  | "AddressOfPod"
  | "AddressOfNode"
  | "AddressElsewhere"
  | "InsideOnly"
  | "LoadBalancerPending"
  | "NoSuchNodePort"
  | "HostPortElsewhere"
  | "OtherFamily"
  // Sources and endpoints.
  | "SourceAllowed"
  | "SourceRangesApply"
  | "EndpointsReceive"
  | "EndpointsBehind"
  | "SelectorMatchesNoPod"
  | "NoSelector"
  | "TargetPortMissing"
  | "SlicePortMissing"
  // Rules and routes.
  | "Translated"
  | "Untranslated"
  | "RulesRefuse"
  | "RulesDrop"
  | "RoutedToNode"
  | "NodeNotReady"
  // Why an annotation of an Ingress is not, or not quite, what its author may think.
  | "AnnotationInvalid"
  | "AnnotationUnknown"
  | "AnnotationNotServed"
  | "AnnotationWithoutEffect"
  | "AnnotationServedOtherwise"
  | "SnippetRefused"
  | "AccessRuleUnreadable"
  | RouteMisfit
  // What a trace finds at an ingress controller.
  | "NoSuchIngress"
  | "IngressUnanswered"
  | "ListenerTakes"
  | "TargetRefused"
  | "CertificateShown"
  | "DefaultCertificate"
  | "TlsPassedOn"
  | "RuleServes"
  | "NoRuleForHost"
  | "NoRuleForPath"
  | "Rewritten"
  | "AsksService"
  | "AnsweredOtherwise"
  // Why a request over HTTP is answered before it comes to a pod.
  | "ClientNotAllowed"
  | "RateExceeded"
  | "RedirectsToHttps"
  | "Redirects"
  | "AnswersPreflight"
  | "CredentialsMissing"
  | "CredentialsWrong"
  | "CredentialsUnreadable"
  | "AuthDenies"
  | "AuthFails"
  | "BodyTooLong"
  | "RewriteNotNormal"
  // Pods and programs.
  | "PodServes"
  | "PodNotReady"
  | "PodUnscheduled"
  | "PodEnded"
  | "PodGoes"
  | "ContainerWaits"
  | "ReadinessFails"
  | "EndpointWithoutPod"
  | "PodPortUnknown"
  | "Listens"
  | "LoopbackOnly"
  | "NothingListens"
  | "NotLookedAt"
  | "Answered"
  | "ConnectionRefused"
  | "NoAnswer"
  | "OtherProtocol";

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
  EngineRefuses: "the proxy does not take what follows from it, so it is left out and the others are served",
  NoSuchIngressClass: "the cluster has no IngressClass of that name",
  OtherController: "the IngressClass is served by another controller",
  NoIngressClass: "the Ingress names no class, and none of the cluster's is the default one",
  HostInvalid: "no request can ask for a host of that name",
  PathInvalid: "no request can have that path",
  PatternInvalid: "the pattern can't be read, or could take too long to try",
  ResourceBackend: "only Services are sent to",
  RouteTaken: "an older object has the same host and path",
  CanaryWithoutMain:
    "a canary takes its part of what another Ingress of the same host and path serves, and there is none",
  ParametersInvalid: "the IngressClass' parameters must name a ConfigMap that is there, with scope Namespace",
  SettingInvalid: "the setting's value can't be read, so it sets nothing",
  SettingUnknown: "no setting of this name is served",
  SettingTaken: "an older IngressClass sets the same to something else, and it holds for all",
  StreamPortTaken: "the Service before the controller can't have the port, so nobody reaches it at the address",
  CertificateMissing: "the namespace has no such Secret",
  CertificateInvalid: "the Secret holds no certificate with its key that can be used",
  CertificateExpired: "the certificate has ended",
  CertificateNamesOther: "the certificate is for other names",
  CertificateTaken: "an older Ingress shows another certificate for the same host",
  Hairpin: "a pod that reaches itself through a Service must see the answer come from elsewhere",
  ReplyMustReturnHere: "the answer must pass this node again to be translated back",
  LeavesCluster: "pod addresses mean nothing outside the cluster",
  NotReadable: "the API server does not let this user read what would be needed here",
  NoSuchNode: "the cluster has no such node",
  NoSuchPod: "the cluster has no such pod",
  NoSuchService: "the namespace has no such Service",
  NoSuchNamespace: "the cluster has no such namespace",
  InOtherNamespace:
    "a short name is looked up in the client's own namespace; a Service of another one is NAME.NAMESPACE",
  ClientNotRunning: "only a running pod has a network to send from",
  NameKnown: "the cluster's DNS has the name",
  NameElsewhere: "the name is not the cluster's: its DNS asks the machine's own name servers",
  NameIncomplete: "only pods complete short names, by the search list of their resolv.conf",
  NoSuchName: "the cluster's DNS has no such name",
  AsksNodesServers:
    "a pod asks the cluster's DNS only where its dnsPolicy says so; in the node's network that is ClusterFirstWithHostNet",
  AddressOfService: "the address and port are a Service's",
  AddressOfPod: "the address is a pod's own",
  AddressOfNode: "the address is a node's own",
  AddressElsewhere: "the address is nobody's in the cluster",
  InsideOnly: "addresses of pods and ClusterIPs mean something on the cluster's nodes and in its pods alone",
  LoadBalancerPending: "no load balancer has given the Service an address yet",
  HostPortElsewhere:
    "a host port is one of its pod's own node, unless the pod is annotated portolan.io/host-port-reach: cluster",
  NoSuchNodePort: "no Service has that node port",
  OtherFamily: "client and target have no address family in common",
  SourceAllowed: "the client's address is in the Service's loadBalancerSourceRanges",
  SourceRangesApply: "whether a client may come in depends on its address",
  EndpointsReceive: "the Service has endpoints that receive traffic",
  EndpointsBehind:
    "the Service's EndpointSlices don't show its pods as they are; they follow within a moment, or their controller does not run",
  SelectorMatchesNoPod: "the Service's selector matches the labels of no pod",
  NoSelector:
    "a Service without a selector has the endpoints that somebody writes by hand, labelled kubernetes.io/service-name",
  TargetPortMissing: "the Service's target port is a name that its pods don't have for this protocol",
  SlicePortMissing: "ports of Services and of EndpointSlices belong together by their name",
  Translated: "the node's rules send the packet to an endpoint",
  Untranslated: "no rule concerns the packet",
  RulesRefuse: "the client hears at once that nobody is there",
  RulesDrop: "the client hears nothing, and waits until it gives up",
  RoutedToNode: "every node has a route to the pods of every other",
  NodeNotReady: "the node's agent has not been heard of, and its pods may not be reached",
  AnnotationInvalid: "the annotation's value can't be read, so it sets nothing",
  AnnotationUnknown: "no annotation of this name is known",
  AnnotationNotServed: "the annotation is known, but what it asks for is not served",
  AnnotationWithoutEffect: "the annotation changes nothing here",
  AnnotationServedOtherwise: "the annotation is served, in another way than where it comes from",
  SnippetRefused: "pieces of another proxy's configuration are refused: they reach beyond their own Ingress",
  AccessRuleUnreadable: "who may come in can't be told by the annotations, so nobody may",
  PathDiffers: "it is for another path",
  TrailingSlashDiffers: "its path is Exact, and differs from the request's by the slash at the end",
  CaseDiffers: "its path differs from the request's by upper and lower case, which counts",
  MethodDiffers: "it is for another method",
  HeaderDiffers: "the request doesn't have the header that it asks for",
  QueryDiffers: "the request doesn't have the query parameter that it asks for",
  CookieDiffers: "the request doesn't have the cookie that it asks for",
  RoutePrecedes: "it fits, but another one that fits comes first",
  RouteHidden: "an older one of the same host and path hides it",
  NoSuchIngress: "the namespace has no such Ingress",
  IngressUnanswered: "no ingress controller has given the Ingress an address yet",
  ListenerTakes: "the ingress controller takes requests there",
  TargetRefused: "paths that receivers may read in different ways are refused (400)",
  CertificateShown: "an Ingress has a certificate for the name",
  DefaultCertificate: "no Ingress has a certificate for the name, so the controller shows its default one",
  TlsPassedOn: "TLS for the name is passed on to the backend as it comes",
  RuleServes: "a rule of an Ingress is for the request's host and path",
  NoRuleForHost: "no Ingress that is served here has a rule for the host (404)",
  NoRuleForPath: "Ingresses have rules for the host, and no path of them fits (404)",
  Rewritten: "the backend is asked for something else than the client has asked for",
  AsksService: "another service decides whether the request may pass",
  AnsweredOtherwise:
    "the answer is not the one that the objects lead to: the controller is behind, or another one answers",
  ClientNotAllowed: "the client's address is not among those that may come in",
  RateExceeded: "the client sends more requests, or holds more connections, than it may",
  RedirectsToHttps: "requests without TLS are sent to https://",
  Redirects: "the client is sent to another place",
  AnswersPreflight: "what a browser asks before a request of another origin (CORS) is answered without the backend",
  CredentialsMissing: "name and password are asked for, and the request has none",
  CredentialsWrong: "the name is unknown or the password is not its own",
  CredentialsUnreadable: "who may come in can't be read, so nobody may",
  AuthDenies: "the service that is asked whether a request may pass says no",
  AuthFails: "the service that is asked whether a request may pass gives no answer that says so",
  BodyTooLong: "the request's body is longer than it may be",
  RewriteNotNormal: "the path that the rewrite makes is not one that could be asked for: it has empty or dot segments",
  PodServes: "the pod runs and is ready",
  PodNotReady: "the pod is not ready",
  PodUnscheduled: "no node fits the pod",
  PodEnded: "the pod has ended and won't run again",
  PodGoes: "the pod is being deleted",
  ContainerWaits: "a container of the pod can't run",
  ReadinessFails: "the pod's readiness probe fails, so it gets no traffic",
  PodPortUnknown: "which of the pod's ports is meant is not clear",
  EndpointWithoutPod: "the endpoint is an address that somebody has written by hand",
  Listens: "a program in the pod takes connections on the port",
  LoopbackOnly: "the program listens on the loopback address alone, which nobody but the pod itself reaches",
  NothingListens: "no program in the pod listens on the port that packets are sent to",
  NotLookedAt: "it could not be looked at",
  Answered: "a real connection was answered",
  ConnectionRefused: "a real connection was refused",
  NoAnswer: "a real connection was not answered: a firewall or a missing route on the way",
  OtherProtocol: "the program speaks another protocol",
};

/** The sentence that explains a reason to a user. */
export const explain = (reason: Reason): string => sentences[reason];
