import type { Service } from "#api/core/service.ts";
import { needsClusterIp, needsHealthCheckPort, needsNodePorts } from "./taken.ts";

type Spec = Service["spec"];

/**
 * What an update means that leaves out what the server had filled in: it keeps it where the type still has it, and gives it up where a
 * new type has no use for it and the update didn't touch it.
 * Source: updates of Services in Kubernetes; `kubectl replace -f` of the file that created the Service must work.
 */
export function carryOver(next: Service, old: Service): Service {
  return [keepAddresses, alignAddresses, keepNodePorts, dropAddresses, dropNodePorts, dropBalancerFields].reduce(
    (service, step) => step(service, old),
    next,
  );
}

/** For a new Service: an older client names its address in the singular field only. */
export function pluralAddresses(service: Service): Service {
  const { clusterIP = "", clusterIPs = [] } = service.spec;
  return clusterIP === "" || clusterIPs.length > 0 ? service : withSpec(service, { clusterIPs: [clusterIP] });
}

function keepAddresses(next: Service, old: Service): Service {
  if (!needsClusterIp(next) || !needsClusterIp(old)) return next;
  const { clusterIP: given = "", clusterIPs = [] } = next.spec;
  const clusterIP = given === "" ? (old.spec.clusterIP ?? "") : given;
  if (clusterIP === "") return next;
  const keepsAll = clusterIPs.length === 0 && clusterIP === old.spec.clusterIP;
  return withSpec(next, { clusterIP, ...(keepsAll && old.spec.clusterIPs && { clusterIPs: old.spec.clusterIPs }) });
}

/** The singular and the plural field say the same; the one that was changed wins. */
function alignAddresses(next: Service, old: Service): Service {
  const { clusterIP = "", clusterIPs = [] } = next.spec;
  if (clusterIP === (old.spec.clusterIP ?? "") || !sameTexts(clusterIPs, old.spec.clusterIPs ?? [])) return next;
  if (clusterIP !== "") return withSpec(next, { clusterIPs: [clusterIP] });
  return withSpec(next, {}, ["clusterIPs"]);
}

function keepNodePorts(next: Service, old: Service): Service {
  let kept = next;
  if (needsNodePorts(next) && needsNodePorts(old) && next.spec.allocateLoadBalancerNodePorts !== false) {
    const before = new Map((old.spec.ports ?? []).map(({ name = "", nodePort = 0 }) => [name, nodePort]));
    const spoken = new Set((next.spec.ports ?? []).flatMap(({ nodePort = 0 }) => (nodePort === 0 ? [] : [nodePort])));
    const ports = next.spec.ports?.map((port) => {
      const earlier = before.get(port.name ?? "") ?? 0;
      return (port.nodePort ?? 0) !== 0 || earlier === 0 || spoken.has(earlier) ? port : { ...port, nodePort: earlier };
    });
    if (ports !== undefined) kept = withSpec(kept, { ports });
  }
  const { healthCheckNodePort: earlier = 0 } = old.spec;
  const isKept = needsHealthCheckPort(next) && needsHealthCheckPort(old) && (next.spec.healthCheckNodePort ?? 0) === 0;
  return isKept && earlier !== 0 ? withSpec(kept, { healthCheckNodePort: earlier }) : kept;
}

function dropAddresses(next: Service, old: Service): Service {
  if (!needsClusterIp(old) || needsClusterIp(next)) return next;
  const { spec } = next;
  const unchanged: (keyof Spec)[] = [];
  if (
    sameTexts(spec.clusterIPs ?? [], old.spec.clusterIPs ?? []) &&
    (spec.clusterIP ?? "") === (old.spec.clusterIP ?? "")
  )
    unchanged.push("clusterIP", "clusterIPs");
  if (sameTexts(spec.ipFamilies ?? [], old.spec.ipFamilies ?? [])) unchanged.push("ipFamilies");
  if (spec.ipFamilyPolicy === old.spec.ipFamilyPolicy) unchanged.push("ipFamilyPolicy");
  return withSpec(next, {}, unchanged);
}

function dropNodePorts(next: Service, old: Service): Service {
  const { ports = [], healthCheckNodePort } = next.spec;
  const numbers = (spec: Spec) => new Set((spec.ports ?? []).map(({ nodePort = 0 }) => nodePort));
  const isUnchanged = numbers(next.spec).difference(numbers(old.spec)).size === 0;
  const dropsPorts = needsNodePorts(old) && !needsNodePorts(next) && isUnchanged && ports.length > 0;
  const dropsCheck =
    needsHealthCheckPort(old) && !needsHealthCheckPort(next) && healthCheckNodePort === old.spec.healthCheckNodePort;
  const bare = dropsPorts ? withSpec(next, { ports: ports.map(({ nodePort: _, ...port }) => port) }) : next;
  return dropsCheck ? withSpec(bare, {}, ["healthCheckNodePort"]) : bare;
}

/** Fields that mean something for load balancers, or for what is reached from outside, alone. */
function dropBalancerFields(next: Service, old: Service): Service {
  const dropped: (keyof Spec)[] = [];
  if (old.spec.type === "LoadBalancer" && next.spec.type !== "LoadBalancer") {
    for (const name of ["allocateLoadBalancerNodePorts", "loadBalancerClass"] as const)
      if (next.spec[name] === old.spec[name]) dropped.push(name);
  }
  const isOutside = (service: Service) => needsNodePorts(service) || (service.spec.externalIPs ?? []).length > 0;
  if (isOutside(old) && !isOutside(next) && next.spec.externalTrafficPolicy === old.spec.externalTrafficPolicy)
    dropped.push("externalTrafficPolicy");
  return withSpec(next, {}, dropped);
}

function withSpec(service: Service, changed: Partial<Spec>, dropped: readonly (keyof Spec)[] = []): Service {
  if (Object.keys(changed).length === 0 && dropped.length === 0) return service;
  const spec: { -readonly [K in keyof Spec]: Spec[K] } = { ...service.spec, ...changed };
  for (const name of dropped) if (name !== "type" && name !== "sessionAffinity") delete spec[name];
  return { ...service, spec };
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, i) => text === b[i]);
