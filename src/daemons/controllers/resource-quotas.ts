import { isDeepStrictEqual } from "node:util";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type ResourceQuota, resourceQuotas } from "#api/core/resource-quota.ts";
import { services } from "#api/core/service.ts";
import { type Informer, keyOf, placeOf } from "#client/informer.ts";
import { type ApiObject, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { recounted } from "#core/admission/quota.ts";
import { type Counted, type CountedKind, countsKind } from "#core/admission/quota-usage.ts";
import type { AnyType } from "#machinery/schema.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";
import { followedKinds, objectKinds } from "./followed-kinds.ts";

/**
 * Counts what the objects of a namespace use of its quotas: of new quotas, and whenever something has gone. What is made, admission counts
 * as it is written. Source: pkg/controller/resourcequota.
 */
export function resourceQuotaController(context: ControllerContext): Loop {
  const all = collection(context, resourceQuotas);
  const quotasIn = all.cache.index(({ metadata }) => [metadata.namespace]);
  /** Keys of quotas that may use less than they say, each with its latest doubt: a count clears those that were there before it. */
  const doubts = new Map<string, symbol>();
  const doubt = (key: string): void => void doubts.set(key, Symbol());
  const countersOfKinds = counters(context.transport);

  const doubted = (namespace: string, kind: CountedKind): readonly string[] => {
    const keys = quotasIn(namespace)
      .filter((quota) => bounds(quota, kind))
      .map(keyOf);
    for (const key of keys) doubt(key);
    return keys;
  };

  const plan = (key: string): ResourceQuota | undefined => {
    const { namespace, name } = placeOf(key);
    const quota = all.cache.get(namespace, name);
    if (quota === undefined) doubts.delete(key);
    return quota !== undefined && (doubts.has(key) || !isInForce(quota)) ? quota : undefined;
  };

  const apply = async ({ metadata }: ResourceQuota, key: string): Promise<undefined> => {
    const before = doubts.get(key);
    // What is charged after this makes it another version, so that what is listed later can't be too little.
    const quota = await all.client.get(metadata.namespace, metadata.name);
    const counting = countersOfKinds.filter(({ kind }) => bounds(quota, kind));
    const counted = await Promise.all(counting.map(({ count }) => count(metadata.namespace)));
    const status = recounted(quota, counted.flat());
    if (!isDeepStrictEqual(status, quota.status)) await all.client.updateStatus({ ...quota, status });
    // What was made between the list and the beginning of its force is neither in the list nor charged: it is counted once more.
    if (doubts.get(key) === before && isInForce(quota)) doubts.delete(key);
    else doubt(key);
  };

  return loop({
    name: "resource quotas",
    sources: [
      changesOf(all.cache, (quota, other) => {
        if (other === undefined) doubt(keyOf(quota));
        return [keyOf(quota)];
      }),
      ...followedKinds(context.informers).map(
        ({ kind, cache }): Source => departuresOf(cache, ({ metadata }) => doubted(metadata.namespace, kind)),
      ),
      changesOf(context.informers.of(pods), (pod, other) =>
        other !== undefined && hasEnded(pod) !== hasEnded(other) ? doubted(pod.metadata.namespace, pods) : [],
      ),
    ],
    plan,
    apply,
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** The keys that the end of an object concerns. */
const departuresOf = <O extends ApiObject>(
  { onChange, synced }: Informer<O>,
  keysOf: (gone: O) => Iterable<string>,
): Source => ({
  connect: (enqueue) =>
    onChange((before, after) => {
      if (before !== undefined && after === undefined) for (const key of keysOf(before)) enqueue(key);
    }),
  synced,
});

const hasEnded = ({ status: { phase } }: Pod): boolean => phase === "Succeeded" || phase === "Failed";

const bounds = ({ spec }: ResourceQuota, kind: CountedKind): boolean =>
  Object.keys(spec.hard ?? {}).some((resource) => countsKind(resource, kind));

/** Whether admission goes by what it says now. */
function isInForce({ spec: { hard = {} }, status }: ResourceQuota): boolean {
  const isCounted = Object.keys(hard).every((resource) => Object.hasOwn(status.used ?? {}, resource));
  return isCounted && isDeepStrictEqual(status.hard ?? {}, hard);
}

interface Counter {
  readonly kind: CountedKind;
  /** What the server has at that moment. */
  readonly count: (namespace: string) => Promise<readonly Counted[]>;
}

/** Of all kinds of namespaces; some are more than so many objects. */
function counters(transport: Transport): readonly Counter[] {
  const [podClient, serviceClient, claimClient] = [
    resourceClient(transport, pods),
    resourceClient(transport, services),
    resourceClient(transport, persistentVolumeClaims),
  ];
  const measured: readonly Counter[] = [
    {
      kind: pods,
      count: async (namespace) => (await podClient.list(namespace)).items.map((pod) => ({ kind: "pod", pod })),
    },
    {
      kind: services,
      count: async (namespace) =>
        (await serviceClient.list(namespace)).items.map((service) => ({ kind: "service", service })),
    },
    {
      kind: persistentVolumeClaims,
      count: async (namespace) => (await claimClient.list(namespace)).items.map((claim) => ({ kind: "claim", claim })),
    },
  ];
  const isMeasured = (kind: CountedKind): boolean => measured.some((one) => one.kind === kind);
  return [
    ...measured,
    ...objectKinds
      .filter((kind) => kind.scope === "Namespaced" && !isMeasured(kind))
      .map((kind): Counter => {
        const client = resourceClient<AnyType, ApiObject>(transport, kind);
        return {
          kind,
          count: async (namespace) => (await client.list(namespace)).items.map(() => ({ kind: "other", of: kind })),
        };
      }),
  ];
}
