import type { ServicePort, ServiceSpec } from "./spec.ts";

interface Subject {
  readonly spec: ServiceSpec;
}

/** Defaults that depend on other fields. Source: SetDefaults_Service in pkg/apis/core/v1/defaults.go. */
export const deriveService = <S extends Subject>(service: S): S => ({ ...service, spec: deriveSpec(service.spec) });

function deriveSpec(spec: ServiceSpec): ServiceSpec {
  const isExternal = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const isInCluster = isExternal || spec.type === "ClusterIP";
  return {
    ...spec,
    ...(spec.ports && { ports: spec.ports.map(derivePort) }),
    ...(spec.sessionAffinity === "ClientIP" && {
      sessionAffinityConfig: { clientIP: spec.sessionAffinityConfig?.clientIP ?? { timeoutSeconds: 10_800 } },
    }),
    ...(spec.clusterIP !== undefined && !spec.clusterIPs?.length && { clusterIPs: [spec.clusterIP] }),
    ...((isExternal || (isInCluster && spec.externalIPs?.length)) && {
      externalTrafficPolicy: spec.externalTrafficPolicy ?? "Cluster",
    }),
    ...(isInCluster && { internalTrafficPolicy: spec.internalTrafficPolicy ?? "Cluster" }),
    ...(spec.type === "LoadBalancer" && {
      allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true,
    }),
  };
}

const derivePort = (port: ServicePort): ServicePort => ({
  ...port,
  targetPort: port.targetPort === undefined || port.targetPort === "" ? port.port : port.targetPort,
});

/**
 * What an update keeps of what was assigned before, where the client left it out (`kubectl replace`, `apply` of the first
 * manifest), and what of an old type's fields goes with that type.
 * Source: patchAllocatedValues and dropTypeDependentFields in pkg/registry/core/service.
 */
export function inheritService<S extends Subject>(next: S, old: S): S {
  const kept = withAssigned(next.spec, old.spec);
  return { ...next, spec: withoutOldType(withOneAddress(kept, old.spec), old.spec) };
}

const takesNodePorts = ({ type }: ServiceSpec): boolean => type === "NodePort" || type === "LoadBalancer";
const hasHealthPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === "LoadBalancer" && externalTrafficPolicy === "Local";

function withAssigned(next: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const hasAddress = next.type !== "ExternalName" && old.type !== "ExternalName";
  const keepsAddress = hasAddress && next.clusterIP === undefined && !next.clusterIPs?.length;
  return {
    ...next,
    ...(keepsAddress && old.clusterIP !== undefined && { clusterIP: old.clusterIP, clusterIPs: old.clusterIPs ?? [] }),
    ...(takesNodePorts(next) &&
      takesNodePorts(old) &&
      next.ports && { ports: next.ports.map((port) => withNodePort(port, next, old)) }),
    ...(hasHealthPort(next) &&
      hasHealthPort(old) &&
      next.healthCheckNodePort === undefined &&
      old.healthCheckNodePort !== undefined && { healthCheckNodePort: old.healthCheckNodePort }),
  };
}

function withNodePort(port: ServicePort, next: ServiceSpec, old: ServiceSpec): ServicePort {
  if (port.nodePort !== undefined) return port;
  const before = old.ports?.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort;
  const isTaken = next.ports?.some((one) => one.nodePort === before && one.protocol === port.protocol);
  return before === undefined || isTaken ? port : { ...port, nodePort: before };
}

/** A client that changed one of `clusterIP` and `clusterIPs` meant both. */
function withOneAddress(next: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const { clusterIP, clusterIPs = [] } = next;
  const isOnlyFirstChanged =
    clusterIP !== old.clusterIP && JSON.stringify(clusterIPs) === JSON.stringify(old.clusterIPs ?? []);
  if (!isOnlyFirstChanged) return next;
  return clusterIP === undefined ? without(next, "clusterIPs") : { ...next, clusterIPs: [clusterIP] };
}

/** Fields that only the old type had, where the client just left them as they were. */
function withoutOldType(next: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let spec = next;
  if (spec.type === "ExternalName" && old.type !== "ExternalName" && spec.clusterIP === old.clusterIP)
    spec = without(spec, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
  if (takesNodePorts(old) && !takesNodePorts(spec) && spec.ports && sameNodePorts(spec, old))
    spec = { ...spec, ports: spec.ports.map(({ nodePort: _, ...port }) => port) };
  if (hasHealthPort(old) && !hasHealthPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    spec = without(spec, "healthCheckNodePort");
  if (old.type === "LoadBalancer" && spec.type !== "LoadBalancer")
    spec = without(spec, ...balancerFields.filter((field) => spec[field] === old[field]));
  if (
    takesNodePorts(old) &&
    !takesNodePorts(spec) &&
    !spec.externalIPs?.length &&
    spec.externalTrafficPolicy === old.externalTrafficPolicy
  )
    spec = without(spec, "externalTrafficPolicy");
  if (old.sessionAffinity === "ClientIP" && spec.sessionAffinity !== "ClientIP")
    spec = without(spec, "sessionAffinityConfig");
  return spec;
}
const balancerFields = ["allocateLoadBalancerNodePorts", "loadBalancerClass"] as const;

const sameNodePorts = (next: ServiceSpec, old: ServiceSpec): boolean =>
  next.ports?.every(({ nodePort }) => nodePort === undefined || old.ports?.some((one) => one.nodePort === nodePort)) ??
  true;

type Removable = Exclude<keyof ServiceSpec, "type" | "sessionAffinity">;
function without(spec: ServiceSpec, ...fields: readonly Removable[]): ServiceSpec {
  const { ...copy } = spec;
  for (const field of fields) Reflect.deleteProperty(copy, field);
  return copy;
}
