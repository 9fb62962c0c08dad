import { endpoints } from "#api/core/endpoints.ts";
import { services } from "#api/core/service.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { mirroringController, planMirrored } from "#core/workloads/mirrored-slices.ts";
import { isEmptyPlan, type SlicePlan } from "#core/workloads/slice-plan.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext } from "./context.ts";
import { sliceWriter } from "./slice-writer.ts";

/** Shows Endpoints that were written by hand as slices too. */
export function endpointMirrorController(context: ControllerContext): Loop {
  const slices = sliceWriter(context, mirroringController);
  const [serviceCache, endpointsCache] = [context.informers.of(services), context.informers.of(endpoints)];

  const plan = (key: string): SlicePlan | undefined => {
    const { namespace, name } = placeOf(key);
    const planned = planMirrored({
      service: serviceCache.get(namespace, name),
      endpoints: endpointsCache.get(namespace, name),
      slices: slices.slicesOf(key),
    });
    return isEmptyPlan(planned) ? undefined : planned;
  };

  return loop({
    name: "endpointslicemirroring",
    sources: [
      changesOf(serviceCache, (service) => [keyOf(service)]),
      changesOf(endpointsCache, (object) => [keyOf(object)]),
      slices.source,
    ],
    plan,
    apply: slices.apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
