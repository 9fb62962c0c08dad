import { type ManagedFields, sayTheSame, sentEntries } from "#machinery/fields/entries.ts";
import { afterUpdate, type Writer } from "#machinery/fields/track.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { objectShape } from "#machinery/schema.ts";
import { showTime } from "#machinery/time.ts";
import type { Call } from "../call.ts";
import { type ApiObject, withMetadata, withoutMetadata } from "../object.ts";
import { hasStatus } from "../strategies/strategies.ts";

/** What a write makes of an object, and what it has been. */
export interface Change {
  /** As the client sent it; whatever it says of itself. */
  readonly sent: ApiObject;
  /** Without what admission adds, which nobody owns. */
  readonly next: ApiObject;
  /** undefined: there is none yet. */
  readonly old: ApiObject | undefined;
}

/** Who has set which field, after a write. */
export type Track = (change: Change) => readonly ManagedFields[];

/** In which version of its kind the fields of a call's object are owned. */
const spokenVersion = ({ spoken }: Call): string => apiVersionOf(spoken);

export const writerOf = (call: Call, manager: string): Writer => ({
  manager,
  apiVersion: spokenVersion(call),
  subresource: call.subresource?.name ?? "",
  time: showTime(call.env.now()),
});

/**
 * Tracks creates, updates and patches. An object without any entry had them taken away, and stays without until somebody applies.
 * Source: FieldManager.Update and skipNonAppliedManager in k8s.io/apimachinery/pkg/util/managedfields.
 */
export const updating =
  (call: Call, manager: string): Track =>
  ({ sent, next, old }) => {
    const entries = entriesBefore(call, sent, old);
    if (entries.length === 0 && old !== undefined) return [];
    const writer = writerOf(call, manager);
    return afterUpdate(call.kind, entries, { writer, written: { from: old, to: next, ignored: ignoredFields(call) } });
  };

/** Whoever writes the object itself may write its entries too; at a subresource they count for nothing. */
function entriesBefore({ subresource }: Call, { metadata }: ApiObject, old: ApiObject | undefined) {
  const sent = subresource === undefined ? sentEntries(metadata.managedFields) : undefined;
  return sent ?? (old === undefined ? [] : entriesOf(old));
}

export function entriesOf({ metadata }: ApiObject): readonly ManagedFields[] {
  const { managedFields = [] } = metadata;
  return areEntries(managedFields) ? managedFields : [];
}
// Those of a stored object were read before they were stored.
const areEntries = (stored: readonly unknown[]): stored is readonly ManagedFields[] => stored.length > 0;

/** Fields of an object that aren't set by who writes there, and that nobody comes to own by it. Source: GetResetFields. */
export function ignoredFields({ kind, spoken, subresource }: Call): ReadonlySet<string> {
  switch (subresource?.name) {
    case undefined:
    case "finalize":
      return hasStatus(kind) ? onlyStatus : nothing;
    case "scale":
      return nothing;
    default:
      return new Set(
        Object.keys(objectShape(spoken.type).fields).filter((one) => one !== "metadata" && one !== "status"),
      );
  }
}
const onlyStatus = new Set(["status"]);
const nothing = new Set<string>();

export const withEntries = (object: ApiObject, entries: readonly ManagedFields[]): ApiObject =>
  entries.length === 0 ? withoutMetadata(object, "managedFields") : withMetadata(object, { managedFields: entries });

/** Where nothing changed but the time of an entry, nothing changed. Source: IgnoreManagedFieldsTimestampsTransformer. */
export const withTimesOf = (next: ApiObject, old: ApiObject): ApiObject =>
  sayTheSame(entriesOf(next), entriesOf(old)) ? withEntries(next, entriesOf(old)) : next;

/** What an object without entries is given before the first apply: all that stands there is somebody's. */
export function entriesToApplyTo(call: Call, live: ApiObject): readonly ManagedFields[] {
  const entries = entriesOf(live);
  if (entries.length > 0) return entries;
  const writer = writerOf(call, "before-first-apply");
  return afterUpdate(call.kind, [], { writer, written: { from: undefined, to: live, ignored: ignoredFields(call) } });
}
