import { readObject } from "../decode.ts";
import { isEqual, isJsonObject, type JsonObject } from "../json.ts";
import type { AnyKind } from "../kind.ts";
import { without } from "./compare.ts";
import type { Conflict } from "./conflicts.ts";
import { arranged, entryOf, fieldsIn, isSameOwner, type ManagedFields } from "./entries.ts";
import { type FieldSet, intersection, isBlank, minus, noFields, pathsOf, union } from "./field-set.ts";
import { merged, withoutFields } from "./merge.ts";
import { fieldsOf, withNamed } from "./own-fields.ts";
import { changesBy, lessChanges, ownerOf, takenFrom, type Writer, withoutServerOwn } from "./track.ts";
import { type View, viewOf } from "./view.ts";
import { zeroObject } from "./zero.ts";

/** A document that is to be applied. */
export interface Applying {
  readonly writer: Writer;
  /** In the version of the writer. */
  readonly document: JsonObject;
  /** Fields of the object itself that are not set here. */
  readonly ignored: ReadonlySet<string>;
  /** Takes over what others have set. */
  readonly isForced: boolean;
  /** Fields that may be taken over all the same. */
  readonly yielding: FieldSet;
}

export type Applied =
  | { readonly kind: "conflicts"; readonly conflicts: readonly Conflict[] }
  /** What the document leads to is no object of the kind. */
  | { readonly kind: "mismatch"; readonly message: string }
  /** `object` is a document of the hub, whose defaults are still to come. */
  | { readonly kind: "applied"; readonly object: JsonObject; readonly entries: readonly ManagedFields[] };

/**
 * What an object and its entries are once a document was applied: what the document names is as it says, what its writer applied before and
 * no longer names is gone, where nobody else owns it. `live` is undefined where there is no object yet.
 * Source: KEP-555; Updater.Apply in sigs.k8s.io/structured-merge-diff.
 */
export function applied(
  kind: AnyKind,
  { live, entries }: { readonly live: JsonObject | undefined; readonly entries: readonly ManagedFields[] },
  applying: Applying,
): Applied {
  const { writer, ignored } = applying;
  const view = viewOf(kind, writer.apiVersion);
  if (view === undefined) return { kind: "mismatch", message: `there is no ${kind.kind} in ${writer.apiVersion}` };
  const owner = ownerOf(writer, "Apply");
  const before = entries.find((one) => isSameOwner(one, owner));
  const others = entries.filter((one) => one !== before);
  const document = without(applying.document, ignored);
  const fields = withoutServerOwn(fieldsOf(view.type, document));
  const onto = live === undefined ? zeroObject(view.type) : view.fromHub(live);
  const put = documentOf(merged(view.type, onto, document));
  const readable = readObject(view, put);
  if (readable.kind === "mismatch") return readable;
  const own = entryOf(owner, before?.time, fields);
  const object = pruned(kind, view.toHub(put), { before, owned: [own, ...others] });
  const changesIn = changesBy(kind, { from: live, to: object, ignored });
  const conflicts = others.flatMap((entry) => {
    const changes = changesIn(entry.apiVersion ?? "");
    const taken = changes === undefined ? noFields : takenFrom(entry, changes);
    return pathsOf(minus(taken, applying.yielding)).map((path) => ({ owner: entry, path }));
  });
  if (!applying.isForced && conflicts.length > 0) return { kind: "conflicts", conflicts };
  const isNews = live === undefined || !isEqual(live, object) || !isEqual(before?.fieldsV1, own.fieldsV1);
  const kept = isNews ? entryOf(owner, writer.time, fields) : own;
  return { kind: "applied", object, entries: arranged([...lessChanges(others, changesIn), kept]) };
}

const documentOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

interface Pruning {
  /** What the writer owned until now. */
  readonly before: ManagedFields | undefined;
  /** Everybody's fields from now on. */
  readonly owned: readonly ManagedFields[];
}

/** Takes away what was applied before and is nobody's any more. Source: prune in structured-merge-diff/merge/update.go. */
function pruned(kind: AnyKind, object: JsonObject, { before, owned }: Pruning): JsonObject {
  const view = before && viewOf(kind, before.apiVersion ?? "");
  if (before === undefined || view === undefined || isBlank(fieldsIn(before))) return object;
  const { type } = view;
  const whole = view.fromHub(object);
  const last = withNamed(type, fieldsIn(before));
  const less = documentOf(withoutFields(type, whole, last));
  const added = ownedAgain(kind, { whole, less, owned }, view);
  const [all, left] = [withNamed(type, fieldsOf(type, whole)), withNamed(type, fieldsOf(type, added))];
  return view.toHub(documentOf(withoutFields(type, whole, intersection(minus(all, left), last))));
}

interface Parts {
  readonly whole: JsonObject;
  readonly less: JsonObject;
  readonly owned: readonly ManagedFields[];
}

/** Puts back what somebody owns still, in the eyes of each version in which somebody wrote; the pruned one first. */
function ownedAgain(kind: AnyKind, { whole, less, owned }: Parts, first: View): JsonObject {
  const versions = new Set([first.apiVersion, ...owned.map(({ apiVersion }) => apiVersion ?? "")]);
  const hub = first.toHub(whole);
  let result = less;
  for (const apiVersion of versions) {
    const view = viewOf(kind, apiVersion);
    if (view === undefined) continue;
    const sets = owned.filter((one) => one.apiVersion === apiVersion).map(fieldsIn);
    if (sets.length === 0) continue;
    const [all, some] = [view.fromHub(hub), view.fromHub(first.toHub(result))];
    const named = (set: FieldSet): FieldSet => withNamed(view.type, set);
    const stays = union(named(fieldsOf(view.type, some)), named(sets.reduce(union, noFields)));
    const back = withoutFields(view.type, all, minus(named(fieldsOf(view.type, all)), stays));
    result = first.fromHub(view.toHub(documentOf(back)));
  }
  return result;
}
