import { type HostPod, hostPortNames } from "#core/dns/host-port-names.ts";
import { type HostedIngress, hostClaim } from "#core/dns/ingress-hosts.ts";
import { type NamedService, type NamedSlice, serviceNames } from "#core/dns/service-names.ts";
import type { Zone } from "#core/dns/zone.ts";
import { type OwnedSlice, ownerOf } from "#core/services/slice-owner.ts";
import type { ObjectSource } from "./object-source.ts";

/** A slice with what tells its Service. */
export type FedSlice = NamedSlice & OwnedSlice;

export interface ClusterSources {
  readonly services: ObjectSource<NamedService>;
  readonly slices: ObjectSource<FedSlice>;
  /** Those that are reached at their nodes are enough. */
  readonly pods: ObjectSource<HostPod>;
  readonly ingresses: ObjectSource<HostedIngress>;
}

/** Keeps the zone equal to what the sources show; works out again only the object that a change belongs to. Returns how to stop it. */
export function feedZone(zone: Zone, { services, slices, pods, ingresses }: ClusterSources): () => void {
  const known = new Map<string, { service: NamedService | undefined; readonly slices: Map<string, FedSlice> }>();
  const entry = (key: string) => {
    const found = known.get(key) ?? { service: undefined, slices: new Map<string, FedSlice>() };
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
    const [oldKey, newKey] = [before && ownerOf(before), after && ownerOf(after)];
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
  const stopIngresses = ingresses.onChange((before, after) => {
    const changed = after ?? before;
    if (changed === undefined) return;
    const { namespace, name } = changed.metadata;
    zone.replaceHosts(keyOf(namespace, name), after && hostClaim(after, zone.domain));
  });
  return () => {
    stopIngresses();
    stopPods();
    stopServices();
    stopSlices();
  };
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
