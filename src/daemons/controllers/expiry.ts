import { secrets } from "#api/core/secret.ts";
import { shares } from "#api/portolan/share.ts";
import { refusedFor } from "#client/resource.ts";
import type { ApiObject } from "#client/wire.ts";
import { readTime } from "#machinery/time.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type Collection, type ControllerContext, collection } from "./context.ts";

/** A timer can't wait for a month. */
const daySeconds = 86_400;

const tokenNamespace = "kube-system";

/** Deletes bootstrap tokens that have ended. Source: the controller tokencleaner of kube-controller-manager. */
export const bootstrapTokenCleaner = (context: ControllerContext): Loop =>
  cleaner(context, collection(context, secrets), {
    name: "bootstrap tokens",
    endsMs({ metadata, type, data }) {
      if (metadata.namespace !== tokenNamespace || type !== "bootstrap.kubernetes.io/token") return undefined;
      const endsMs = Date.parse(Buffer.from(data?.expiration ?? "", "base64").toString());
      return Number.isNaN(endsMs) ? undefined : endsMs;
    },
  });

/** Deletes links that have expired; they open nothing from that moment on, whether they are deleted yet or not. */
export const shareCleaner = (context: ControllerContext): Loop =>
  cleaner(context, collection(context, shares), { name: "shares", endsMs: ({ spec }) => readTime(spec.expires) });

interface Ending<O> {
  readonly name: string;
  /** Milliseconds since 1970; undefined: it doesn't end. */
  readonly endsMs: (object: O) => number | undefined;
}

/** Objects that have a time to live, and go when it is over. */
function cleaner<O extends ApiObject, D>(
  context: ControllerContext,
  { cache, client }: Collection<O, D>,
  { name, endsMs }: Ending<O>,
): Loop {
  return loop({
    name,
    sources: [
      changesOf(cache, (object) =>
        endsMs(object) === undefined ? [] : [`${object.metadata.namespace}/${object.metadata.name}`],
      ),
    ],
    plan(key) {
      const [namespace = "", own = ""] = key.split("/");
      const object = cache.get(namespace, own);
      const end = object === undefined ? undefined : endsMs(object);
      return object === undefined || end === undefined ? undefined : { namespace, own, uid: object.metadata.uid, end };
    },
    async apply({ namespace, own, uid, end }) {
      const restSeconds = (end - context.now()) / 1000;
      if (restSeconds > 0) return { againSeconds: Math.min(restSeconds, daySeconds) };
      try {
        await client.delete(namespace, own, { preconditions: { uid } });
      } catch (fault) {
        if (!refusedFor(fault, "NotFound", "Conflict")) throw fault; // somebody else was faster
      }
      return undefined;
    },
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
