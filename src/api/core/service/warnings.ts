import { cidrWarnings, ipWarnings } from "#machinery/rules/addresses.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { isHeadless } from "./cluster-ip-rules.ts";
import type { ServiceSpec } from "./spec.ts";

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
}
type Warnings = Iterable<string>;

const hints = "service.kubernetes.io/topology-aware-hints";

/** Source: GetWarningsForService in pkg/api/service/warnings.go; KEP-5707 for external addresses, KEP-3015 for PreferClose. */
export function* serviceWarnings({ metadata, spec }: Subject): Warnings {
  if (metadata.annotations?.[hints] !== undefined)
    yield `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`;
  const headless = isHeadless(spec);
  if (!headless)
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) yield* ipWarnings(`spec.clusterIPs[${i}]`, ip);
  if (headless && spec.type === "ClusterIP") yield* ignoredWhenHeadless(spec);
  yield* externalIpWarnings(spec);
  if (spec.loadBalancerIP !== undefined) yield* ipWarnings("spec.loadBalancerIP", spec.loadBalancerIP);
  for (const [i, range] of (spec.loadBalancerSourceRanges ?? []).entries())
    yield* cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range.trim());
  if (spec.type === "ExternalName" && spec.externalIPs?.length)
    yield 'spec.externalIPs is ignored when spec.type is "ExternalName"';
  if (spec.type !== "ExternalName" && spec.externalName !== undefined)
    yield 'spec.externalName is ignored when spec.type is not "ExternalName"';
  if (spec.trafficDistribution === "PreferClose")
    yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"';
}

function* ignoredWhenHeadless({ loadBalancerIP, externalIPs = [], sessionAffinity }: ServiceSpec): Warnings {
  if (loadBalancerIP !== undefined) yield "spec.loadBalancerIP is ignored for headless services";
  if (externalIPs.length > 0) yield "spec.externalIPs is ignored for headless services";
  if (sessionAffinity !== "None") yield "spec.SessionAffinity is ignored for headless services";
}

function* externalIpWarnings(spec: ServiceSpec): Warnings {
  const { externalIPs = [], type } = spec;
  for (const [i, ip] of externalIPs.entries()) yield* ipWarnings(`spec.externalIPs[${i}]`, ip);
  if (externalIPs.length > 0 && !isHeadless(spec) && type !== "ExternalName")
    yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
}
