import type { EndpointAddress, Endpoints, EndpointsPort } from "#api/core/endpoints.ts";
import { endpoints as endpointsKind } from "#api/core/endpoints.ts";
import type { Service } from "#api/core/service.ts";
import { managedByLabel, serviceNameLabel, skipMirrorLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "#api/discovery/endpoint-slice.ts";
import { type IpFamily, parseIp } from "#net/ip.ts";
import { canonicalJson } from "../same-json.ts";
import { controllerReference } from "./owners.ts";
import { renewed, type SliceMetadata, type SlicePlan, together } from "./slice-plan.ts";

/** The name of who mirrors, in Kubernetes; slices with another value in their label are left alone. */
export const mirroringController = "endpointslicemirroring-controller.k8s.io";
/** Endpoints that serve as a lock of an election have no addresses to mirror. */
const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
/** They tell of one write of the Endpoints, and nothing of what stands behind the Service. */
const ownAnnotations = [
  "endpoints.kubernetes.io/last-change-trigger-time",
  "kubectl.kubernetes.io/last-applied-configuration",
];
/** As many as a slice may hold. */
const sliceMost = 1000;

export interface MirrorFacts {
  /** Of the same name as the Endpoints. */
  readonly service: Service | undefined;
  readonly endpoints: Endpoints | undefined;
  /** Those that were mirrored for this Service. */
  readonly slices: readonly EndpointSlice[];
}

/**
 * Slices for Endpoints that somebody wrote by hand, for a Service without selector: whoever reads slices alone finds them so.
 * Source: pkg/controller/endpointslicemirroring of Kubernetes (KEP-752).
 */
export function planMirrored({ service, endpoints, slices }: MirrorFacts): SlicePlan {
  if (endpoints === undefined || service === undefined || !isMirrored(service, endpoints))
    return { create: [], update: [], remove: slices };
  const groups = groupsOf(endpoints);
  const byGroup = Map.groupBy(slices, ({ addressType, ports }) => groupKey(addressType, ports));
  const stale = [...byGroup].flatMap(([key, those]) => (groups.has(key) ? [] : those));
  const plans = [...groups].map(([key, group]) => planGroup(endpoints, group, byGroup.get(key) ?? []));
  return together(plans, stale);
}

function isMirrored({ spec, metadata }: Service, { metadata: { labels, annotations, ...own } }: Endpoints): boolean {
  const isByHand = Object.keys(spec.selector ?? {}).length === 0;
  const isGoing = metadata.deletionTimestamp !== undefined || own.deletionTimestamp !== undefined;
  return isByHand && !isGoing && labels?.[skipMirrorLabel] !== "true" && annotations?.[leaderAnnotation] === undefined;
}

interface Group {
  readonly family: IpFamily;
  readonly ports: readonly EndpointSlicePort[];
  /** By address: one that stands in several subsets of the same ports counts once, the ready one first. */
  readonly members: Map<string, Endpoint>;
}
const groupKey = (addressType: string, ports: readonly EndpointSlicePort[]): string =>
  `${addressType} ${canonicalJson(ports)}`;

function groupsOf({ subsets = [] }: Endpoints): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const ready of [true, false])
    for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets)
      for (const address of ready ? addresses : notReadyAddresses) add(groups, { address, ready, ports });
  return groups;
}

interface Told {
  readonly address: EndpointAddress;
  readonly ready: boolean;
  readonly ports: readonly EndpointsPort[];
}

function add(groups: Map<string, Group>, { address, ready, ports: from }: Told): void {
  const ip = parseIp(address.ip);
  if (ip === undefined) return;
  const ports = from.map(({ name = "", ...port }) => ({ name, ...port }));
  const key = groupKey(ip.family, ports);
  const group = groups.get(key) ?? { family: ip.family, ports, members: new Map<string, Endpoint>() };
  groups.set(key, group);
  if (!group.members.has(ip.text)) group.members.set(ip.text, endpointAt(ip.text, address, ready));
}

const endpointAt = (ip: string, { hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname !== undefined && { hostname }),
  ...(targetRef !== undefined && { targetRef }),
  ...(nodeName !== undefined && { nodeName }),
});

function planGroup(
  endpoints: Endpoints,
  { family, ports, members }: Group,
  slices: readonly EndpointSlice[],
): SlicePlan {
  const own = metadataOf(endpoints);
  const { name, namespace } = endpoints.metadata;
  const rest = [...members.values()];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const slice of slices) {
    const part = rest.splice(0, sliceMost);
    if (part.length === 0) remove.push(slice);
    else update.push(...renewed(slice, own, part));
  }
  const create = [];
  while (rest.length > 0) {
    const metadata = { ...own, generateName: `${name}-`, namespace };
    create.push({ metadata, addressType: family, ports, endpoints: rest.splice(0, sliceMost) });
  }
  return { create, update, remove };
}

function metadataOf(endpoints: Endpoints): SliceMetadata {
  const { name, labels, annotations = {} } = endpoints.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !ownAnnotations.includes(key));
  return {
    labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirroringController },
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    ownerReferences: [controllerReference(endpointsKind, endpoints)],
  };
}
