/** Which pods stand behind a Service, and at which ports: what EndpointSlices and Endpoints both tell. */
import type { Pod } from "#api/core/pod.ts";
import type { Service, ServicePort } from "#api/core/service.ts";
import { nonSpecialIpProblems } from "#machinery/rules/addresses.ts";
import { matchesLabels, selectorOfLabels } from "#machinery/selectors.ts";
import { type IpFamily, parseIp } from "#net/ip.ts";
import { isFinished, isReady, isTerminating } from "../pod-state.ts";

/** Slices and Endpoints of other Services are somebody else's: those without a selector their user's, ExternalName nobody's. */
export const hasManagedEndpoints = ({ spec }: Service): boolean =>
  spec.type !== "ExternalName" && Object.keys(spec.selector ?? {}).length > 0;

/** Whether a Service leads to that pod by its selector; one without selects none. */
export const selects = ({ metadata, spec }: Service, pod: Pod): boolean =>
  metadata.namespace === pod.metadata.namespace &&
  Object.keys(spec.selector ?? {}).length > 0 &&
  matchesLabels(selectorOfLabels(spec.selector ?? {}), pod.metadata.labels);

/** The first family is the primary one. */
export function familiesOf({ spec }: Service): readonly IpFamily[] {
  const named = (spec.ipFamilies ?? []).filter((family) => family === "IPv4" || family === "IPv6");
  if (named.length > 0) return named;
  return [parseIp(spec.clusterIP ?? "")?.family ?? "IPv4"];
}

interface BackendPort {
  readonly name: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port: number;
  readonly appProtocol?: string;
}

/** A Service port whose named target the pod doesn't have is left out: another pod may have it. */
export const portsAt = ({ spec }: Service, pod: Pod): readonly BackendPort[] =>
  (spec.ports ?? []).flatMap((port) => {
    const target = targetPort(port, pod);
    if (target === undefined) return [];
    const { name = "", protocol, appProtocol } = port;
    return [{ name, protocol, port: target, ...(appProtocol !== undefined && { appProtocol }) }];
  });

function targetPort({ targetPort: target, port, protocol }: ServicePort, { spec }: Pod): number | undefined {
  if (target === undefined || target === 0 || target === "") return port;
  if (typeof target === "number") return target;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...spec.containers, ...sidecars]
    .flatMap(({ ports }) => ports ?? [])
    .find((one) => one.name === target && one.protocol === protocol)?.containerPort;
}

/** How every special address begins: looking closer at all the others would take its time in a Service of thousands. */
const mayBeSpecial = /^(0|127|169|224)\.|^(::|fe|ff)/i;
const isSpecial = (ip: string): boolean => nonSpecialIpProblems("", ip).length > 0;

/** Its address of that family, as the agent reports it; none that the API would take for no endpoint (CVE-2021-25737). */
export function addressOf({ status }: Pod, family: IpFamily): string | undefined {
  const all = [...(status.podIPs ?? []).map(({ ip }) => ip), ...(status.podIP === undefined ? [] : [status.podIP])];
  return all.find((ip) => parseIp(ip)?.family === family && !(mayBeSpecial.test(ip) && isSpecial(ip)));
}

export interface Backing {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** undefined for a pod that has ended. publishNotReadyAddresses makes everything ready (KEP-1672 for the three conditions). */
export function backingOf({ spec }: Service, pod: Pod): Backing | undefined {
  if (isFinished(pod)) return undefined;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  return { ready: spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating };
}

/** The name under which a headless Service's zone shows the pod. */
export const hostnameIn = (service: Service, { metadata, spec }: Pod): string | undefined =>
  spec.hostname !== undefined &&
  spec.subdomain === service.metadata.name &&
  metadata.namespace === service.metadata.namespace
    ? spec.hostname
    : undefined;
