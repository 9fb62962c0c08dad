import type { LoadBalancerStatus, ServicePort, ServiceSpec, ServiceStatus } from "./spec.ts";

interface Subject {
  readonly spec: ServiceSpec;
  readonly status: ServiceStatus;
}

/** Defaults that depend on other fields. Source: SetDefaults_Service in pkg/apis/core/v1/defaults.go. */
export function deriveService<S extends Subject>(service: S): S {
  const { spec, status } = service;
  const { loadBalancer } = status;
  if (spec.type !== "LoadBalancer" || loadBalancer.ingress === undefined) return { ...service, spec: deriveSpec(spec) };
  return { ...service, spec: deriveSpec(spec), status: { ...status, loadBalancer: deriveIngress(loadBalancer) } };
}

/** An address of a load balancer may be served by the nodes themselves, unless it says otherwise (KEP-1860). */
const deriveIngress = ({ ingress = [] }: LoadBalancerStatus): LoadBalancerStatus => ({
  ingress: ingress.map((one) => (one.ip === undefined ? one : { ...one, ipMode: one.ipMode ?? "VIP" })),
});

function deriveSpec(spec: ServiceSpec): ServiceSpec {
  const isExternal = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const isInCluster = isExternal || spec.type === "ClusterIP";
  const { sessionAffinityConfig, ...others } = spec;
  return {
    ...others,
    ...(spec.sessionAffinity !== "None" && sessionAffinityConfig && { sessionAffinityConfig }),
    ...(spec.ports && { ports: spec.ports.map(derivePort) }),
    ...(spec.sessionAffinity === "ClientIP" && {
      sessionAffinityConfig: { clientIP: sessionAffinityConfig?.clientIP ?? { timeoutSeconds: 10_800 } },
    }),
    ...((isExternal || (isInCluster && spec.externalIPs?.length)) && {
      externalTrafficPolicy: spec.externalTrafficPolicy ?? "Cluster",
    }),
    ...(isInCluster && { internalTrafficPolicy: spec.internalTrafficPolicy ?? "Cluster" }),
    ...(spec.type === "LoadBalancer" && {
      allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true,
    }),
  };
}

/** A target that is not told is the port itself. */
function derivePort(port: ServicePort): ServicePort {
  const isTold = port.targetPort !== undefined && port.targetPort !== "";
  return isTold || port.port === 0 ? port : { ...port, targetPort: port.port };
}
