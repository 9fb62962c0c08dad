import {
  boolean,
  defaulted,
  int32,
  intOrString,
  list,
  listMap,
  map,
  object,
  oneOf,
  optional,
  present,
  required,
  string,
} from "#machinery/schema.ts";
import { Condition } from "../../meta/condition.ts";

export class ClientIPConfig extends object("io.k8s.api.core.v1.ClientIPConfig", {
  timeoutSeconds: defaulted(1, int32(), 10_800, { zero: "counts" }),
}) {}

export class PortStatus extends object("io.k8s.api.core.v1.PortStatus", {
  port: present(1, int32()),
  protocol: present(2, string),
  error: optional(3, string, { zero: "counts" }),
}) {}

export class LoadBalancerIngress extends object("io.k8s.api.core.v1.LoadBalancerIngress", {
  ip: optional(1, string),
  hostname: optional(2, string),
  ipMode: optional(3, string, { zero: "counts" }),
  ports: optional(4, list(PortStatus)),
}) {}

export class LoadBalancerStatus extends object("io.k8s.api.core.v1.LoadBalancerStatus", {
  ingress: optional(1, list(LoadBalancerIngress)),
}) {}

export class ServicePort extends object("io.k8s.api.core.v1.ServicePort", {
  name: optional(1, string),
  protocol: defaulted(2, oneOf("TCP", "UDP", "SCTP"), "TCP"),
  port: required(3, int32()),
  targetPort: optional(4, intOrString),
  nodePort: optional(5, int32()),
  appProtocol: optional(6, string, { zero: "counts" }),
}) {}

export class SessionAffinityConfig extends object("io.k8s.api.core.v1.SessionAffinityConfig", {
  clientIP: optional(1, ClientIPConfig),
}) {}

export class ServiceSpec extends object("io.k8s.api.core.v1.ServiceSpec", {
  ports: optional(1, listMap(ServicePort, ["port", "protocol"])),
  selector: optional(2, map(string, { atomic: true })),
  clusterIP: optional(3, string),
  type: defaulted(4, oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), "ClusterIP"),
  externalIPs: optional(5, list(string)),
  sessionAffinity: defaulted(7, oneOf("None", "ClientIP"), "None"),
  loadBalancerIP: optional(8, string),
  loadBalancerSourceRanges: optional(9, list(string)),
  externalName: optional(10, string),
  externalTrafficPolicy: optional(11, oneOf("Cluster", "Local")),
  healthCheckNodePort: optional(12, int32()),
  publishNotReadyAddresses: optional(13, boolean),
  sessionAffinityConfig: optional(14, SessionAffinityConfig),
  ipFamilyPolicy: optional(17, oneOf("SingleStack", "PreferDualStack", "RequireDualStack"), { zero: "counts" }),
  clusterIPs: optional(18, list(string)),
  ipFamilies: optional(19, list(string)),
  allocateLoadBalancerNodePorts: optional(20, boolean, { zero: "counts" }),
  loadBalancerClass: optional(21, string, { zero: "counts" }),
  internalTrafficPolicy: optional(22, oneOf("Cluster", "Local"), { zero: "counts" }),
  trafficDistribution: optional(23, string, { zero: "counts" }),
}) {}

export class ServiceStatus extends object("io.k8s.api.core.v1.ServiceStatus", {
  loadBalancer: defaulted(1, LoadBalancerStatus, {}),
  conditions: optional(2, listMap(Condition, ["type"])),
}) {}
