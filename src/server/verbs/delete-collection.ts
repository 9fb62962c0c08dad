import { StatusError } from "#machinery/status.ts";
import { presentList } from "../answers/present.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { type Place, storedObject } from "../objects.ts";
import { type Deletion, deletionOf } from "../requests/delete-options.ts";
import { listed } from "./list.ts";
import { removeObject } from "./removal.ts";

/**
 * DELETE of a collection: each object that a list by the same query would show, a page of it where the query sets a limit. The answer
 * is that list, as the objects were. Source: DeleteCollection in k8s.io/apiserver/pkg/registry/generic/registry.
 */
export async function deleteCollection(call: Call): Promise<Answer> {
  const deletion = await deletionOf(call);
  const { entries, metadata } = await listed(call);
  const places = entries.map((entry) => storedObject(entry).object.metadata);
  await Promise.all(places.map(({ namespace = "", name }) => removeIfThere(call, { namespace, name }, deletion)));
  return presentList(
    call,
    entries.map(({ value }) => value),
    metadata,
  );
}

/** What somebody else deletes meanwhile is no matter. */
async function removeIfThere(call: Call, place: Place, deletion: Deletion): Promise<void> {
  try {
    await removeObject(call, place, deletion);
  } catch (fault) {
    if (!(fault instanceof StatusError && fault.status.code === 404)) throw fault;
  }
}
