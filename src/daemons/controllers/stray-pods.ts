import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";
import type { NodeClock } from "./node-lifecycle.ts";

/** A node that was deleted by mistake may come back so soon. Source: quarantineTime of the pod garbage collector in Kubernetes. */
const quarantineSeconds = 40;

interface Work {
  readonly pods: readonly Pod[];
  /** Until the node has been missing for long enough. */
  readonly restSeconds: number;
}

/** Deletes pods whose node is no more: nobody else would ever end them. */
export function strayPodController(context: ControllerContext, { elapsedMs }: NodeClock): Loop {
  const all = collection(context, pods);
  const nodeCache = context.informers.of(nodes);
  const nodeClient = resourceClient(context.transport, nodes);
  const podsOn = all.cache.index(({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]));
  const missingSince = new Map<string, number>();

  const plan = (name: string): Work | undefined => {
    const strays = nodeCache.get("", name) === undefined ? podsOn(name) : [];
    if (strays.length === 0) {
      missingSince.delete(name);
      return undefined;
    }
    const since = missingSince.get(name) ?? elapsedMs();
    missingSince.set(name, since);
    return { pods: strays, restSeconds: quarantineSeconds - (elapsedMs() - since) / 1000 };
  };

  const apply = async (work: Work, name: string): Promise<Again | undefined> => {
    if (work.restSeconds > 0) return { againSeconds: work.restSeconds };
    if (await isThere(name)) return undefined;
    for (const { metadata } of work.pods) {
      const { uid } = metadata;
      try {
        await all.client.delete(metadata.namespace, metadata.name, { gracePeriodSeconds: 0, preconditions: { uid } });
      } catch (fault) {
        if (!refusedFor(fault, "NotFound", "Conflict")) throw fault; // somebody else was faster
      }
    }
    return undefined;
  };

  /** The cache may be behind, and what is deleted here does not come back. */
  const isThere = async (name: string): Promise<boolean> => {
    try {
      await nodeClient.get("", name);
      return true;
    } catch (fault) {
      if (refusedFor(fault, "NotFound")) return false;
      throw fault;
    }
  };

  return loop({
    name: "stray pods",
    sources: [
      changesOf(nodeCache, ({ metadata }) => [metadata.name]),
      changesOf(all.cache, ({ spec }) =>
        spec.nodeName === undefined || nodeCache.get("", spec.nodeName) !== undefined ? [] : [spec.nodeName],
      ),
    ],
    plan,
    apply,
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
