import { managedByLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { refusedFor } from "#client/resource.ts";
import { ownerOf } from "#core/services/slice-owner.ts";
import type { SlicePlan } from "#core/workloads/slice-plan.ts";
import { changesOf, type Source } from "../loop.ts";
import { type ControllerContext, collection } from "./context.ts";

/** The slices of one controller, and how it writes them. */
export interface SliceWriter {
  /** By the Service's key. */
  readonly slicesOf: (key: string) => readonly EndpointSlice[];
  /** Keys of the Services whose slices change. */
  readonly source: Source;
  readonly apply: (plan: SlicePlan) => Promise<undefined>;
}

/** Slices whose label names another than `controller` are somebody else's. */
export function sliceWriter(context: ControllerContext, controller: string): SliceWriter {
  const { cache, client } = collection(context, endpointSlices);
  const serviceOf = (slice: EndpointSlice): readonly string[] => {
    const service = ownerOf(slice);
    return service !== undefined && slice.metadata.labels?.[managedByLabel] === controller ? [service] : [];
  };
  return {
    slicesOf: cache.index(serviceOf),
    source: changesOf(cache, serviceOf),
    async apply({ create, update, remove }) {
      await Promise.all([
        ...create.map((slice) => client.create(slice.metadata.namespace, slice)),
        ...update.map((slice) => client.update(slice)),
        ...remove.map(async ({ metadata }) => {
          const gone = client.delete(metadata.namespace, metadata.name, { preconditions: { uid: metadata.uid } });
          await gone.catch((fault: unknown) => {
            if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
          });
        }),
      ]);
      return undefined;
    },
  };
}
