import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./service/spec.ts";
import { Service } from "./service.ts";

export const serviceDocs: readonly Documented[] = [
  documented(Service, {
    "": "One stable name and address for a set of pods, which come and go behind it.",
    metadata: "Its name and namespace are its name in DNS: NAME.NAMESPACE.svc.",
    spec: "Which pods are meant, at which ports, from where they are reached, and how.",
    status: "Where its load balancer, if it has one, answers.",
  }),
  documented(parts.ServiceSpec, {
    "": "What shall be reachable, from where, and how.",
    ports: "The ports that the Service answers on. Needed unless it is headless or an alias.",
    selector:
      "Pods in its namespace that have all of these labels receive its traffic. Without a selector, the EndpointSlices are yours to write.",
    clusterIP:
      'Its address inside the cluster, assigned where you leave it out. "None" makes the Service headless: its name then answers with the pods\' own addresses. It stays as it is.',
    clusterIPs: "One address for each family; the first is clusterIP.",
    type: "ClusterIP, also where left out: inside the cluster. NodePort: also at a port of every node. LoadBalancer: also at an address of its own outside. ExternalName: no traffic at all, its name is an alias.",
    externalIPs: "Further addresses that nodes shall answer for. Something else must bring their traffic to a node.",
    sessionAffinity:
      "ClientIP keeps each client with the pod that it got first; None, also where left out, chooses anew for each connection.",
    sessionAffinityConfig: "For ClientIP: how long a client stays with its pod.",
    loadBalancerIP: "An address wished for from the load balancer. Some don't grant wishes.",
    loadBalancerSourceRanges:
      "Who may use the load balancer's address, as blocks of addresses. Everybody, where empty.",
    loadBalancerClass:
      "Which load balancer shall serve it; the cluster's own where left out. Can't be changed as long as the type is LoadBalancer.",
    allocateLoadBalancerNodePorts:
      "Whether a LoadBalancer Service takes a port of every node as well; true where left out.",
    externalName: "The name that an ExternalName Service is an alias of.",
    externalTrafficPolicy:
      "Cluster, also where left out: traffic from outside goes to any pod, and the client's address is hidden from it. Local: it goes to pods on the node that it came to, which see the client's address; without one there, it is dropped.",
    internalTrafficPolicy:
      "Cluster, also where left out: traffic from pods goes to any pod. Local: only to those on the same node; without one there, it is dropped.",
    healthCheckNodePort:
      "Where nodes say over HTTP whether they have pods of this Service. For type LoadBalancer with externalTrafficPolicy Local.",
    publishNotReadyAddresses:
      "True: pods get traffic and names before they are ready, for peers that must find each other first. False where left out.",
    ipFamilies: "IPv4, IPv6, or both in order of preference; the cluster's first family where left out.",
    ipFamilyPolicy:
      "SingleStack, also where left out: one address. PreferDualStack: one of each family where the cluster has both. RequireDualStack: refused where it hasn't.",
    trafficDistribution:
      "A wish for nearby pods: PreferSameZone (also called PreferClose) or PreferSameNode; none where left out.",
  }),
  documented(parts.ServicePort, {
    "": "One port of a Service, and where it leads.",
    name: "Tells ports apart, and makes an SRV record. Needed where there are several.",
    protocol: "TCP, also where left out, UDP or SCTP.",
    port: "The port at the Service's own addresses.",
    targetPort:
      "The pods' port: a number, or the name that a container gives it, which may mean another number in each pod. The same as port where left out.",
    nodePort:
      "The port at every node, for types NodePort and LoadBalancer. Assigned from the cluster's range where left out.",
    appProtocol: "What is spoken there, as a hint: http, https, kubernetes.io/h2c, …",
  }),
  documented(parts.SessionAffinityConfig, {
    "": "How clients are kept with the pod that they got first.",
    clientIP: "For sessionAffinity ClientIP: by the client's address.",
  }),
  documented(parts.ClientIPConfig, {
    "": "Affinity by the client's address.",
    timeoutSeconds:
      "How long a client stays with its pod after its last connection, in seconds, at most a day. Three hours where left out.",
  }),
  documented(parts.ServiceStatus, {
    "": "What has been assigned to a Service.",
    loadBalancer: "Its addresses outside the cluster, for type LoadBalancer; empty until it has one.",
    conditions: "What is so of the Service now, and why; one entry a type.",
  }),
  documented(parts.LoadBalancerStatus, {
    "": "Where a load balancer answers.",
    ingress: "The addresses and names by which it is reached, each of which will do.",
  }),
  documented(parts.LoadBalancerIngress, {
    "": "One address of a load balancer.",
    ip: "The address itself, IPv4 or IPv6; left out where there is only a name.",
    hostname: "A DNS name instead of an address, as some clouds give.",
    ipMode:
      "VIP, also where left out: nodes and pods may serve the address themselves. Proxy: their traffic must go to the load balancer too.",
    ports: "How each of its ports fares; only some load balancers tell.",
  }),
  documented(parts.PortStatus, {
    "": "The state of one port of a load balancer.",
    port: "The port of the Service.",
    protocol: "TCP, UDP or SCTP, as at the Service.",
    error: "What keeps the port from working, in one word; left out where it works.",
  }),
];
