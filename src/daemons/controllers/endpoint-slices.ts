import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { refusedFor } from "#client/resource.ts";
import {
  managedByLabel,
  planSlices,
  type SlicePlan,
  serviceNameLabel,
  sliceController,
} from "#core/workloads/endpoint-slices.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";
import { serviceIndex } from "./service-index.ts";

const zoneLabel = "topology.kubernetes.io/zone";

/** Writes down which pods stand behind each Service. */
export function endpointSliceController(context: ControllerContext): Loop {
  const slices = collection(context, endpointSlices);
  const [serviceCache, podCache, nodeCache] = [
    context.informers.of(services),
    context.informers.of(pods),
    context.informers.of(nodes),
  ];
  const index = serviceIndex(serviceCache, podCache);
  const slicesOf = slices.cache.index((slice) => servicesOfSlice(slice));
  const zoneOf = (node: string): string | undefined => nodeCache.get("", node)?.metadata.labels?.[zoneLabel];

  const plan = (key: string): SlicePlan | undefined => {
    const { namespace, name } = placeOf(key);
    const service = serviceCache.get(namespace, name);
    // without its Service, the slices are garbage, and collected as such
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    return planSlices({ service, pods: index.podsOf(service), slices: slicesOf(key), zoneOf });
  };

  const apply = async ({ create, update, remove }: SlicePlan): Promise<undefined> => {
    await Promise.all([
      ...create.map((slice) => slices.client.create(slice.metadata.namespace, slice)),
      ...update.map((slice) => slices.client.update(slice)),
      ...remove.map(async ({ metadata }) => {
        const gone = slices.client.delete(metadata.namespace, metadata.name, { preconditions: { uid: metadata.uid } });
        await gone.catch((fault: unknown) => {
          if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
        });
      }),
    ]);
  };

  const zones: Source = changesOf(nodeCache, (node, other) =>
    node.metadata.labels?.[zoneLabel] === other?.metadata.labels?.[zoneLabel] ? [] : serviceCache.list().map(keyOf),
  );
  return loop({
    name: "endpointslices",
    sources: [
      changesOf(serviceCache, (service) => [keyOf(service)]),
      changesOf(podCache, index.servicesOf),
      changesOf(slices.cache, servicesOfSlice),
      zones,
    ],
    plan,
    apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** The Service that a slice of this controller belongs to. */
function servicesOfSlice({ metadata: { namespace, labels = {} } }: EndpointSlice): readonly string[] {
  const service = labels[serviceNameLabel];
  return service !== undefined && labels[managedByLabel] === sliceController ? [`${namespace}/${service}`] : [];
}
