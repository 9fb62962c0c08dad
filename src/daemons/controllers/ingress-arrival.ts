import { deployments } from "#api/apps/deployment.ts";
import { services } from "#api/core/service.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ownClass, ownController } from "#api/networking/ingress-class/own.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import type { Informer } from "#client/informer.ts";
import { type ApiObject, refusedFor, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { servedClasses } from "#core/routes/ingress-class.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { changesOf, everything, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext } from "./context.ts";

/** An object that the cluster is to have. */
export interface WantedObject {
  readonly apply: (transport: Transport, by: string) => Promise<unknown>;
}

/** `namespace` is "" for a cluster-wide kind. */
export const wantedObject = <T extends AnyType, O extends ApiObject>(
  kind: Kind<T, O>,
  { namespace, name }: Place,
  object: Draft<T>,
): WantedObject => ({
  apply: (transport, by) => resourceClient(transport, kind).apply(namespace, name, { object, by }),
});

interface Place {
  readonly namespace: string;
  readonly name: string;
}

export interface IngressArrival {
  /** Where the controller's Deployment and Service are. */
  readonly place: Place;
  /** What the cluster gets, in this order. */
  readonly objects: () => Promise<readonly WantedObject[]>;
}

const fieldManager = "portolan";

/**
 * Gives the cluster its ingress controller when the first Ingress of a class of ours comes, and again what somebody deletes of it while there
 * is one. Fields that users have changed stay theirs.
 */
export function ingressArrival(context: ControllerContext, { place, objects }: IngressArrival): Loop {
  const { transport, informers } = context;
  const [all, classes] = [informers.of(ingresses), informers.of(ingressClasses)];
  let isThere = false;
  const isWanted = (): boolean => {
    const { ownershipOf } = servedClasses(classes.list(), [{ controller: ownController, className: ownClass }]);
    return all.list().some((ingress) => ownershipOf(ingress).kind === "ours");
  };
  const gone = <O extends ApiObject>(followed: Informer<O>): Source =>
    changesOf(followed, ({ metadata }, other) => {
      const isPart = metadata.namespace === place.namespace && metadata.name === place.name;
      if (!isPart || other !== undefined || followed.get(place.namespace, place.name) !== undefined) return [];
      isThere = false;
      return [everything];
    });
  return loop({
    name: "ingress controller",
    sources: [
      changesOf(all, () => (isThere ? [] : [everything])),
      changesOf(classes, () => (isThere ? [] : [everything])),
      gone(informers.of(deployments)),
      gone(informers.of(services)),
    ],
    plan: () => (!isThere && isWanted() ? objects : undefined),
    async apply(made) {
      for (const object of await made()) await applied(object, transport);
      isThere = true;
      return undefined;
    },
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** What somebody else has said of it otherwise is meant so. */
async function applied(object: WantedObject, transport: Transport): Promise<void> {
  try {
    await object.apply(transport, fieldManager);
  } catch (fault) {
    if (!refusedFor(fault, "Conflict")) throw fault;
  }
}
