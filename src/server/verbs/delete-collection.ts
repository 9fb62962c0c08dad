import { StatusError } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import { deletionOf } from "../delete-options.ts";
import type { Answer } from "../exchange.ts";
import { prefixOf, storedObject } from "../objects.ts";
import { presentList } from "../present.ts";
import { removeObject } from "../removal.ts";
import { selectionOf } from "../selection.ts";

/** DELETE of a collection: each object that the selectors choose; those that somebody else deletes meanwhile are no matter. */
export async function deleteCollection(call: Call): Promise<Answer> {
  const deletion = await deletionOf(call);
  const { kind, path, env } = call;
  const selection = selectionOf(call.spoken, call.query);
  const { entries, revision } = await env.store.range(prefixOf(kind, path.namespace));
  const chosen = entries.map(storedObject).filter(({ object }) => selection.matches(object));
  const removed = await Promise.all(
    chosen.map(async ({ object: { metadata } }) => {
      try {
        const { saved } = await removeObject(
          call,
          { namespace: metadata.namespace ?? "", name: metadata.name },
          deletion,
        );
        return [saved.bytes];
      } catch (fault) {
        if (fault instanceof StatusError && fault.status.code === 404) return [];
        throw fault;
      }
    }),
  );
  return presentList(call, removed.flat(), { resourceVersion: String(revision) });
}
