import { notFound } from "#machinery/status.ts";
import { presentObject } from "../answers/present.ts";
import { type Call, placeOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { keyOf } from "../objects.ts";
import { checkReached, parseRevision } from "../requests/resource-version.ts";

/** GET of one object: always the latest. */
export async function get(call: Call): Promise<Answer> {
  const { env, kind, query } = call;
  const wanted = parseRevision(query.get("resourceVersion") ?? "");
  if (wanted !== undefined && wanted > 0) await checkReached(env.store, wanted);
  const entry = await env.store.get(keyOf(kind, placeOf(call)));
  if (entry === undefined) throw notFound(kind, call.path.name);
  return presentObject(call, 200, entry.value);
}
