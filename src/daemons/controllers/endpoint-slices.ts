import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { zoneOf } from "#core/node.ts";
import { planSlices, sliceController } from "#core/workloads/endpoint-slices.ts";
import { isEmptyPlan, type SlicePlan } from "#core/workloads/slice-plan.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext } from "./context.ts";
import { serviceIndex } from "./service-index.ts";
import { sliceWriter } from "./slice-writer.ts";

/** Writes down which pods stand behind each Service. */
export function endpointSliceController(context: ControllerContext): Loop {
  const slices = sliceWriter(context, sliceController);
  const [serviceCache, podCache, nodeCache] = [
    context.informers.of(services),
    context.informers.of(pods),
    context.informers.of(nodes),
  ];
  const index = serviceIndex(serviceCache, podCache);
  const zoneOfNode = (name: string): string | undefined => {
    const node = nodeCache.get("", name);
    return node && zoneOf(node);
  };

  const plan = (key: string): SlicePlan | undefined => {
    const { namespace, name } = placeOf(key);
    const service = serviceCache.get(namespace, name);
    // without its Service, the slices are garbage, and collected as such
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    const planned = planSlices({
      service,
      pods: index.podsOf(service),
      slices: slices.slicesOf(key),
      zoneOf: zoneOfNode,
    });
    return isEmptyPlan(planned) ? undefined : planned;
  };

  const zones: Source = changesOf(nodeCache, (node, other) =>
    zoneOf(node) === (other && zoneOf(other)) ? [] : serviceCache.list().map(keyOf),
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
