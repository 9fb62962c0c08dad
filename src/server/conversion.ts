import type { ServedKind } from "#machinery/catalogue.ts";
import { readObject } from "#machinery/decode.ts";
import { withoutUndefined } from "#machinery/json.ts";
import { internal } from "#machinery/status.ts";
import { type ApiObject, named } from "./object.ts";

/** What was read in the version spoken, with that version's static defaults, as an object of the hub. */
export function toHub(spoken: ServedKind, object: ApiObject): ApiObject {
  const { hub, other } = spoken;
  if (other === undefined) return object;
  const outcome = readObject(hub, withoutUndefined(other.toHub(other.derive(object))));
  if (outcome.kind === "mismatch") throw internal(`${spoken.kind} can't be converted: ${outcome.message}`);
  return named(hub, outcome.object);
}

/** An object of the hub as the version spoken shows it; the very object where that is the hub. */
export const fromHub = (spoken: ServedKind, object: ApiObject): ApiObject =>
  spoken.other === undefined ? object : named(spoken, withoutUndefined(spoken.other.fromHub(object)));
