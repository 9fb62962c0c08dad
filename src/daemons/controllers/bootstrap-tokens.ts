import { type Secret, secrets } from "#api/core/secret.ts";
import { refusedFor } from "#client/resource.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";

const namespace = "kube-system";

/** Deletes bootstrap tokens that have ended. Source: the controller tokencleaner of kube-controller-manager. */
export function bootstrapTokenCleaner(context: ControllerContext): Loop {
  const all = collection(context, secrets);
  return loop({
    name: "bootstrap tokens",
    sources: [changesOf(all.cache, (secret) => (expirationOf(secret) === undefined ? [] : [secret.metadata.name]))],
    plan(name) {
      const secret = all.cache.get(namespace, name);
      const endsMs = secret === undefined ? undefined : expirationOf(secret);
      return secret === undefined || endsMs === undefined ? undefined : { uid: secret.metadata.uid, endsMs };
    },
    async apply({ uid, endsMs }, name) {
      const restSeconds = (endsMs - context.now()) / 1000;
      if (restSeconds > 0) return { againSeconds: restSeconds };
      try {
        await all.client.delete(namespace, name, { preconditions: { uid } });
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

/** Milliseconds since 1970; undefined: it is no token, or one that doesn't end. */
function expirationOf({ metadata, type, data }: Secret): number | undefined {
  if (metadata.namespace !== namespace || type !== "bootstrap.kubernetes.io/token") return undefined;
  const endsMs = Date.parse(Buffer.from(data?.expiration ?? "", "base64").toString());
  return Number.isNaN(endsMs) ? undefined : endsMs;
}
