import { type Endpoints, endpoints } from "#api/core/endpoints.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { refusedFor } from "#client/resource.ts";
import {
  type EndpointsDraft,
  endpointsController,
  endpointsManagedBy,
  planEndpoints,
} from "#core/workloads/legacy-endpoints.ts";
import { hasManagedEndpoints } from "#core/workloads/service-pods.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";
import { serviceIndex } from "./service-index.ts";

type Work =
  | { readonly kind: "write"; readonly draft: EndpointsDraft; readonly present: Endpoints | undefined }
  | { readonly kind: "remove"; readonly present: Endpoints };

/** Before the key of a Service that has just gone: whoever wrote its Endpoints, they go with it, as in Kubernetes. */
const gone = "gone:";

/** Keeps the older form of the slices, for those who still read it. */
export function legacyEndpointsController(context: ControllerContext): Loop {
  const all = collection(context, endpoints);
  const [serviceCache, podCache] = [context.informers.of(services), context.informers.of(pods)];
  const index = serviceIndex(serviceCache, podCache);

  const plan = (key: string): Work | undefined => {
    const hasGone = key.startsWith(gone);
    const { namespace, name } = placeOf(hasGone ? key.slice(gone.length) : key);
    const service = serviceCache.get(namespace, name);
    const present = all.cache.get(namespace, name);
    if (service === undefined) {
      const isOurs = present?.metadata.labels?.[endpointsManagedBy] === endpointsController;
      return present !== undefined && (isOurs || hasGone) ? { kind: "remove", present } : undefined;
    }
    if (!hasManagedEndpoints(service) || service.metadata.deletionTimestamp !== undefined) return undefined;
    const draft = planEndpoints(service, index.podsOf(service), present);
    return draft === undefined ? undefined : { kind: "write", draft, present };
  };

  const apply = async (work: Work): Promise<undefined> => {
    if (work.kind === "write") {
      const { draft, present } = work;
      if (present === undefined) await all.client.create(draft.metadata.namespace, draft);
      else {
        const { annotations: _, ...metadata } = present.metadata; // the draft has those that stay
        await all.client.update({ ...draft, metadata: { ...metadata, ...draft.metadata } });
      }
      return;
    }
    const { namespace, name, uid } = work.present.metadata;
    try {
      await all.client.delete(namespace, name, { preconditions: { uid } });
    } catch (fault) {
      if (!refusedFor(fault, "NotFound", "Conflict")) throw fault;
    }
  };

  const departures: Source = {
    connect: (enqueue) =>
      serviceCache.onChange((before, after) => {
        if (before !== undefined && after === undefined) enqueue(`${gone}${keyOf(before)}`);
      }),
    synced: serviceCache.synced,
  };

  return loop({
    name: "endpoints",
    sources: [
      departures,
      changesOf(serviceCache, (service) => [keyOf(service)]),
      changesOf(podCache, index.servicesOf),
      changesOf(all.cache, (object) => [keyOf(object)]),
    ],
    plan,
    apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
