import type { JsonObject } from "../json.ts";
import type { AnyKind } from "../kind.ts";
import { type Changes, changesBetween } from "./compare.ts";
import { arranged, capped, entryOf, fieldsIn, isSameOwner, type ManagedFields, type Owner } from "./entries.ts";
import { type FieldSet, intersection, isBlank, minus, union } from "./field-set.ts";
import { type View, viewOf } from "./view.ts";
import { zeroObject } from "./zero.ts";

/** Who writes, in which version of the kind, and when. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  /** Empty: the object itself. */
  readonly subresource: string;
  /** RFC 3339. */
  readonly time: string;
}

/** A write of an object of the hub. */
export interface Written {
  /** undefined: there was none. */
  readonly from: JsonObject | undefined;
  readonly to: JsonObject;
  /** Fields of the object itself that are not this writer's to set. */
  readonly ignored: ReadonlySet<string>;
}

/** What the server alone decides. Source: stripSet in k8s.io/apimachinery/pkg/util/managedfields. */
const serverOwn: FieldSet = {
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": {
    ".": {},
    "f:clusterName": {},
    "f:creationTimestamp": {},
    "f:generation": {},
    "f:managedFields": {},
    "f:name": {},
    "f:namespace": {},
    "f:resourceVersion": {},
    "f:selfLink": {},
    "f:uid": {},
  },
};
export const withoutServerOwn = (fields: FieldSet): FieldSet => minus(fields, serverOwn);

export const ownerOf = ({ manager, apiVersion, subresource }: Writer, operation: "Apply" | "Update"): Owner => ({
  manager: manager === "" ? "unknown" : manager,
  operation,
  apiVersion,
  ...(subresource !== "" && { subresource }),
});

/**
 * The entries of an object after an update by `writer`: it owns what it changed, and nobody else does. The very entries where nothing changed.
 * Source: Updater.Update in sigs.k8s.io/structured-merge-diff, and the managers around it in k8s.io/apimachinery/pkg/util/managedfields.
 */
export function afterUpdate(
  kind: AnyKind,
  entries: readonly ManagedFields[],
  { writer, written }: { readonly writer: Writer; readonly written: Written },
): readonly ManagedFields[] {
  const changesIn = changesBy(kind, written);
  const changes = changesIn(writer.apiVersion);
  if (changes === undefined || (isBlank(changes.changed) && isBlank(changes.removed))) return arranged(entries);
  const left = lessChanges(entries, changesIn);
  const taken = withoutServerOwn(changes.changed);
  if (isBlank(taken)) return arranged(left);
  const owner = ownerOf(writer, "Update");
  const own = left.find((one) => isSameOwner(one, owner));
  const fields = own === undefined ? taken : union(fieldsIn(own), taken);
  return arranged(capped([...left.filter((one) => one !== own), entryOf(owner, writer.time, fields)]));
}

/** What a write changed, as a version shows it; compared once for each. undefined: nobody can tell any more. */
export function changesBy(kind: AnyKind, written: Written): (apiVersion: string) => Changes | undefined {
  const known = new Map<string, Changes>();
  return (apiVersion) => {
    const before = known.get(apiVersion);
    if (before !== undefined) return before;
    const view = viewOf(kind, apiVersion);
    if (view === undefined) return undefined;
    const changes = changesBetween(view.type, sidesIn(view, written), written.ignored);
    known.set(apiVersion, changes);
    return changes;
  };
}

const sidesIn = (view: View, { from, to }: Written): { readonly from: JsonObject; readonly to: JsonObject } => ({
  from: from === undefined ? zeroObject(view.type) : view.fromHub(from),
  to: view.fromHub(to),
});

/** What is left to each: fields that are gone, or that somebody else has set, are no longer theirs. */
export const lessChanges = (
  entries: readonly ManagedFields[],
  changesIn: (apiVersion: string) => Changes | undefined,
): readonly ManagedFields[] =>
  entries.flatMap((entry) => {
    const changes = changesIn(entry.apiVersion ?? "");
    if (changes === undefined) return [];
    const fields = fieldsIn(entry);
    const left = minus(minus(fields, changes.changed), changes.removed);
    if (left === fields) return [entry];
    return isBlank(left) ? [] : [{ ...entry, fieldsV1: left }];
  });

/** The fields of an entry that a write would take away from its owner. */
export const takenFrom = (entry: ManagedFields, { changed }: Changes): FieldSet =>
  intersection(fieldsIn(entry), changed);
