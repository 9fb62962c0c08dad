import { serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { ServiceName } from "./service-map.ts";

/** What tells whose a slice is. */
export interface OwnedSlice {
  readonly metadata: Pick<EndpointSlice["metadata"], "name" | "namespace" | "labels">;
}

/** The Service that a slice belongs to; undefined where it names none. */
export function ownerOf({ metadata: { namespace, labels } }: OwnedSlice): ServiceName | undefined {
  const name = labels?.[serviceNameLabel];
  return name === undefined ? undefined : `${namespace}/${name}`;
}

/** The same as a list, for an index of slices. */
export function ownersOf(slice: OwnedSlice): readonly ServiceName[] {
  const owner = ownerOf(slice);
  return owner === undefined ? [] : [owner];
}
