import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { planSlices, sliceController } from "#core/workloads/endpoint-slices.ts";
import { isEmptyPlan, type SlicePlan } from "#core/workloads/slice-plan.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext } from "./context.ts";
import { serviceIndex } from "./service-index.ts";
import { sliceWriter } from "./slice-writer.ts";

const zoneLabel = "topology.kubernetes.io/zone";

/** Writes down which pods stand behind each Service. */
export function endpointSliceController(context: ControllerContext): Loop {
  const slices = sliceWriter(context, sliceController);
  const [serviceCache, podCache, nodeCache] = [
    context.informers.of(services),
    context.informers.of(pods),
    context.informers.of(nodes),
  ];
  const index = serviceIndex(serviceCache, podCache);
  // an empty label names no zone
  const zoneOf = (node: string): string | undefined =>
    nodeCache.get("", node)?.metadata.labels?.[zoneLabel] || undefined;

  const plan = (key: string): SlicePlan | undefined => {
    const { namespace, name } = placeOf(key);
    const service = serviceCache.get(namespace, name);
    // without its Service, the slices are garbage, and collected as such
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    const planned = planSlices({ service, pods: index.podsOf(service), slices: slices.slicesOf(key), zoneOf });
    return isEmptyPlan(planned) ? undefined : planned;
  };

  const zones: Source = changesOf(nodeCache, (node, other) =>
    node.metadata.labels?.[zoneLabel] === other?.metadata.labels?.[zoneLabel] ? [] : serviceCache.list().map(keyOf),
  );
  return loop({
    name: "endpointslices",
    sources: [
      changesOf(serviceCache, (service) => [keyOf(service)]),
      changesOf(podCache, index.servicesOf),
      slices.source,
      zones,
    ],
    plan,
    apply: slices.apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
