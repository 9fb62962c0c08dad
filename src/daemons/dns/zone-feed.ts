import { type HostPod, hostPortNames } from "#core/dns/host-port-names.ts";
import { type NamedService, type NamedSlice, serviceNames } from "#core/dns/service-names.ts";
import type { Zone } from "#core/dns/zone.ts";
import type { ObjectSource } from "./object-source.ts";

/** The label by which a slice says whose it is (discovery/v1 LabelServiceName). */
const SERVICE_NAME = "kubernetes.io/service-name";

/** A slice with what tells its Service. */
export interface OwnedSlice extends NamedSlice {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface ClusterSources {
  readonly services: ObjectSource<NamedService>;
  readonly slices: ObjectSource<OwnedSlice>;
  /** Those that are reached at their nodes are enough. */
  readonly pods: ObjectSource<HostPod>;
}

/** Keeps the zone equal to what the sources show; works out again only the object that a change belongs to. Returns how to stop it. */
export function feedZone(zone: Zone, { services, slices, pods }: ClusterSources): () => void {
  const known = new Map<string, { service: NamedService | undefined; readonly slices: Map<string, OwnedSlice> }>();
  const entry = (key: string) => {
    const found = known.get(key) ?? { service: undefined, slices: new Map<string, OwnedSlice>() };
    known.set(key, found);
    return found;
  };
  const renew = (key: string): void => {
    const { service, slices: own } = entry(key);
    if (service === undefined && own.size === 0) known.delete(key);
    zone.replace(key, service && serviceNames(service, [...own.values()], zone.domain));
  };
  // Slices first: then each Service is worked out once.
  const stopSlices = slices.onChange((before, after) => {
    const [oldKey, newKey] = [before && ownerKey(before), after && ownerKey(after)];
    if (before !== undefined && oldKey !== undefined) entry(oldKey).slices.delete(before.metadata.name);
    if (after !== undefined && newKey !== undefined) entry(newKey).slices.set(after.metadata.name, after);
    for (const key of new Set([oldKey, newKey])) if (key !== undefined) renew(key);
  });
  const stopServices = services.onChange((before, after) => {
    const changed = after ?? before;
    if (changed === undefined) return;
    const key = keyOf(changed.metadata.namespace, changed.metadata.name);
    entry(key).service = after;
    renew(key);
  });
  const stopPods = pods.onChange((before, after) => {
    const changed = after ?? before;
    if (changed === undefined) return;
    const { namespace, name } = changed.metadata;
    // No Service has such a key.
    zone.replace(`${keyOf(namespace, name)}/hostport`, after && hostPortNames(after, zone.domain));
  });
  return () => {
    stopPods();
    stopServices();
    stopSlices();
  };
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;

const ownerKey = ({ metadata }: OwnedSlice): string | undefined => {
  const name = metadata.labels?.[SERVICE_NAME];
  return name === undefined ? undefined : keyOf(metadata.namespace, name);
};
