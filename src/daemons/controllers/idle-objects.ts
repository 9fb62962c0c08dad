import { events } from "#api/core/event.ts";
import { referenceTo } from "#client/events.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import { type ApiObject, refusedFor, resourceClient } from "#client/resource.ts";
import { withoutController } from "#core/workloads/without-controller.ts";
import { showTime } from "#machinery/time.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext } from "./context.ts";
import { type ObjectKind, objectKinds } from "./followed-kinds.ts";

interface Remark {
  readonly kind: ObjectKind;
  readonly object: ApiObject;
  readonly message: string;
}

const component = "portolan";

/** What the cluster has made for itself. */
const isOwn = ({ metadata }: ApiObject): boolean => metadata.labels?.["app.kubernetes.io/managed-by"] === component;

/** Says once of every object of a kind that nothing here acts on, in an event of it, what won't happen. */
export function idleObjectWatch(context: ControllerContext): Loop {
  const client = resourceClient(context.transport, events);
  const watched = objectKinds.flatMap((kind) => {
    const message = withoutController(kind);
    const at = `${kind.group}/${kind.plural} `;
    return message === undefined ? [] : [{ kind, message, at, cache: context.informers.of(kind) }];
  });

  return loop({
    name: "idle objects",
    sources: watched.map(({ at, cache }) =>
      // a change makes nothing of it that there was to say
      changesOf(cache, (object, other) => (other === undefined && !isOwn(object) ? [`${at}${keyOf(object)}`] : [])),
    ),
    plan(key): Remark | undefined {
      const found = watched.find(({ at }) => key.startsWith(at));
      if (found === undefined) return undefined;
      const { namespace, name } = placeOf(key.slice(found.at.length));
      const object = found.cache.get(namespace, name);
      return object && { kind: found.kind, object, message: found.message };
    },
    async apply({ kind, object, message }) {
      const { uid } = object.metadata;
      const namespace = kind.scope === "Namespaced" ? object.metadata.namespace : "default";
      const timestamp = showTime(context.now());
      try {
        await client.create(namespace, {
          metadata: { name: `no-controller.${uid}`, namespace }, // one an object, also when this starts anew
          involvedObject: referenceTo(kind, object),
          type: "Warning",
          reason: "NoController",
          message,
          source: { component },
          firstTimestamp: timestamp,
          lastTimestamp: timestamp,
          count: 1,
          reportingComponent: component,
          reportingInstance: "",
        });
      } catch (fault) {
        if (!refusedFor(fault, "AlreadyExists")) throw fault; // told before
      }
      return undefined;
    },
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
