import type { ServicePort, ServiceSpec } from "./spec.ts";

interface Subject {
  readonly spec: ServiceSpec;
}

/** Defaults that depend on other fields. Source: SetDefaults_Service in pkg/apis/core/v1/defaults.go. */
export const deriveService = <S extends Subject>(service: S): S => ({ ...service, spec: deriveSpec(service.spec) });

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
