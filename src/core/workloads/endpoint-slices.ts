import type { Pod } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { headlessLabel, managedByLabel, serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { Endpoint, EndpointSlice, EndpointSlicePort } from "#api/discovery/endpoint-slice.ts";
import type { IpFamily } from "#net/ip.ts";
import { canonicalJson, sameJson } from "../same-json.ts";
import { controllerReference } from "./owners.ts";
import { addressOf, backingOf, familiesOf, hasManagedEndpoints, hostnameIn, portsAt } from "./service-pods.ts";
import { hintsFor } from "./slice-hints.ts";
import { renewed, type SliceDraft, type SliceMetadata, type SlicePlan, together } from "./slice-plan.ts";

/** The controller's name in Kubernetes; slices with another value in their label are left alone. */
export const sliceController = "endpointslice-controller.k8s.io";
/** Source: --max-endpoints-per-slice of kube-controller-manager. */
const sliceMost = 100;

interface SliceFacts {
  readonly service: Service;
  /** Those that its selector chooses. */
  readonly pods: readonly Pod[];
  /** Those of this controller for this Service. */
  readonly slices: readonly EndpointSlice[];
  readonly zoneOf: (nodeName: string) => string | undefined;
}

/**
 * The slices that tell which pods stand behind the Service. An endpoint stays in the slice where it is, so that a change of one pod
 * changes one slice. Source: the EndpointSlice reconciler in k8s.io/endpointslice.
 */
export function planSlices(facts: SliceFacts): SlicePlan {
  const { service, slices } = facts;
  if (!hasManagedEndpoints(service)) return { create: [], update: [], remove: slices };
  const families = familiesOf(service);
  const plans = families.map((family) => planFamily(facts, family));
  return together(
    plans,
    slices.filter(({ addressType }) => addressType === "FQDN" || !families.includes(addressType)),
  );
}

function planFamily(facts: SliceFacts, family: IpFamily): SlicePlan {
  const groups = wantedGroups(facts, family);
  const slices = facts.slices.filter(({ addressType }) => addressType === family);
  const byPorts = Map.groupBy(slices, ({ ports }) => canonicalJson(ports));
  const plans = [...groups].map(([key, group]) =>
    planGroup(facts, { ...group, family, slices: byPorts.get(key) ?? [] }),
  );
  return together(
    plans,
    [...byPorts].flatMap(([key, stale]) => (groups.has(key) ? [] : stale)),
  );
}

interface Group {
  readonly ports: readonly EndpointSlicePort[];
  /** By pod address. */
  readonly endpoints: Map<string, Endpoint>;
}

/** Pods whose named ports differ can't share a slice. Without any pod, one empty slice says that the Service was seen. */
function wantedGroups({ service, pods, zoneOf }: SliceFacts, family: IpFamily): ReadonlyMap<string, Group> {
  const alike = new Map<string, Group>();
  for (const pod of pods) {
    const endpoint = endpointOf(service, pod, { family, zoneOf });
    if (endpoint === undefined) continue;
    const ports = portsAt(service, pod);
    const key = JSON.stringify(ports); // always built in one order of fields
    const group = alike.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() };
    alike.set(key, group);
    group.endpoints.set(endpoint.targetRef?.uid ?? "", endpoint);
  }
  if (alike.size === 0) alike.set("", { ports: [], endpoints: new Map() });
  return new Map([...alike.values()].map((group) => [canonicalJson(group.ports), group]));
}

function endpointOf(
  service: Service,
  pod: Pod,
  { family, zoneOf }: { readonly family: IpFamily; readonly zoneOf: SliceFacts["zoneOf"] },
): Endpoint | undefined {
  const address = addressOf(pod, family);
  const conditions = backingOf(service, pod);
  if (address === undefined || conditions === undefined) return undefined;
  const { nodeName } = pod.spec;
  const hostname = hostnameIn(service, pod);
  const zone = nodeName === undefined ? undefined : zoneOf(nodeName);
  const hints = hintsFor(service, { ready: conditions.ready, zone, nodeName });
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: [address],
    conditions: { ...conditions },
    ...(hostname !== undefined && { hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && { zone }),
    ...(hints !== undefined && { hints }),
  };
}

interface Placing extends Group {
  readonly family: IpFamily;
  /** Those with these ports already. */
  readonly slices: readonly EndpointSlice[];
}

function planGroup({ service }: SliceFacts, { ports, endpoints, family, slices }: Placing): SlicePlan {
  const left = new Map(endpoints);
  const kept = slices.map((slice) => ({
    slice,
    endpoints: slice.endpoints.flatMap((endpoint) => {
      const uid = endpoint.targetRef?.uid ?? "";
      const next = left.get(uid);
      left.delete(uid);
      return next === undefined ? [] : [next];
    }),
  }));
  const rest = [...left.values()];
  // fill what changes anyway first, then whatever has room
  const changing = ({ slice, endpoints: next }: (typeof kept)[number]): number =>
    sameJson(slice.endpoints, next) ? 1 : 0;
  for (const one of kept.toSorted((a, b) => changing(a) - changing(b)))
    one.endpoints.push(...rest.splice(0, Math.max(0, sliceMost - one.endpoints.length)));
  const create: SliceDraft[] = [];
  const own = metadataOf(service);
  const { namespace, name } = service.metadata;
  const draft = { metadata: { ...own, generateName: `${name}-`, namespace }, addressType: family, ports };
  while (rest.length > 0) create.push({ ...draft, endpoints: rest.splice(0, sliceMost) });
  if (kept.length === 0 && create.length === 0) create.push({ ...draft, endpoints: [] });
  const full = kept.filter((one) => one.endpoints.length > 0);
  // the last slice stays, also when it is empty
  const staying = full.length > 0 || create.length > 0 ? full : kept.slice(0, 1);
  return {
    create,
    update: staying.flatMap((one) => renewed(one.slice, own, one.endpoints)),
    remove: kept.filter((one) => !staying.includes(one)).map(({ slice }) => slice),
  };
}

function metadataOf(service: Service): SliceMetadata {
  const { name, labels = {} } = service.metadata;
  // the controller's own word, whatever label of that name the Service has
  const { [headlessLabel]: _, ...others } = labels;
  return {
    labels: {
      ...others,
      ...(service.spec.clusterIP === "None" && { [headlessLabel]: "" }),
      [serviceNameLabel]: name,
      [managedByLabel]: sliceController,
    },
    ownerReferences: [controllerReference(services, service)],
  };
}
