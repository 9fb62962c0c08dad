import type { Endpoint, EndpointSlice, EndpointSlicePort } from "#api/discovery/endpoint-slice.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import type { IpFamily } from "#net/ip.ts";
import { sameJson } from "../same-json.ts";

/** What has to be written so that slices say what they should. */
export interface SlicePlan {
  readonly create: readonly SliceDraft[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}
export interface SliceDraft {
  readonly metadata: SliceMetadata & { readonly generateName: string; readonly namespace: string };
  readonly addressType: IpFamily;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointSlicePort[];
}
/** What a slice says of itself beside its endpoints. */
export interface SliceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
}

export const together = (plans: readonly SlicePlan[], remove: readonly EndpointSlice[] = []): SlicePlan => ({
  create: plans.flatMap((plan) => plan.create),
  update: plans.flatMap((plan) => plan.update),
  remove: [...plans.flatMap((plan) => plan.remove), ...remove],
});

export const isEmptyPlan = ({ create, update, remove }: SlicePlan): boolean =>
  create.length + update.length + remove.length === 0;

/** The slice with other endpoints, if that changes anything of it. */
export function renewed(
  slice: EndpointSlice,
  own: SliceMetadata,
  endpoints: readonly Endpoint[],
): readonly EndpointSlice[] {
  const { annotations: _, ...others } = slice.metadata;
  const next = { ...slice, metadata: { ...others, ...own }, endpoints };
  return sameJson(next, slice) ? [] : [next];
}
