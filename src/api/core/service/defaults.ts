import type { ServicePort, ServiceSpec } from "./spec.ts";

/** Defaults that depend on other fields. Source: SetDefaults_Service in pkg/apis/core/v1/defaults.go. */
export const deriveService = <S extends { readonly spec: ServiceSpec }>(service: S): S => ({
  ...service,
  spec: deriveSpec(service.spec),
});

function deriveSpec(spec: ServiceSpec): ServiceSpec {
  const external = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const inCluster = external || spec.type === "ClusterIP";
  const { sessionAffinityConfig, ...others } = spec;
  return {
    ...others,
    ...(spec.ports && { ports: spec.ports.map(derivePort) }),
    ...(spec.sessionAffinity === "ClientIP"
      ? { sessionAffinityConfig: { clientIP: sessionAffinityConfig?.clientIP ?? { timeoutSeconds: 10_800 } } }
      : sessionAffinityConfig && spec.sessionAffinity !== "None" && { sessionAffinityConfig }),
    ...(external && { externalTrafficPolicy: spec.externalTrafficPolicy ?? "Cluster" }),
    ...(inCluster && { internalTrafficPolicy: spec.internalTrafficPolicy ?? "Cluster" }),
    ...(spec.type === "LoadBalancer" && {
      allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true,
    }),
  };
}

const derivePort = (port: ServicePort): ServicePort => ({
  ...port,
  targetPort: port.targetPort === undefined || port.targetPort === "" ? port.port : port.targetPort,
});
