import { isJsonObject } from "../json.ts";
import { readTime } from "../time.ts";
import { compareElements } from "./element.ts";
import { type FieldSet, isBlank, isFieldSet, noFields, sorted, union } from "./field-set.ts";

/** Who has set which fields of an object: one entry of `metadata.managedFields`. */
export interface ManagedFields extends Owner {
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldSet;
}

/** What tells entries apart. Who applies has one entry, whatever the version; who updates has one for each. */
export interface Owner {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
}

export const isSameOwner = (a: Owner, b: Owner): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === "Apply" || a.apiVersion === b.apiVersion);

export const fieldsIn = ({ fieldsV1 }: ManagedFields): FieldSet => fieldsV1 ?? noFields;

/** An entry in the form in which it is stored. `time` is absent where nobody knows it. */
export const entryOf = (owner: Owner, time: string | undefined, fields: FieldSet): ManagedFields => ({
  ...(owner.manager !== undefined && { manager: owner.manager }),
  ...(owner.operation !== undefined && { operation: owner.operation }),
  ...(owner.apiVersion !== undefined && { apiVersion: owner.apiVersion }),
  ...(time !== undefined && { time }),
  fieldsType: "FieldsV1",
  fieldsV1: sorted(fields),
  ...(owner.subresource !== undefined && { subresource: owner.subresource }),
});

/**
 * The entries that a client sends in an object it writes; undefined where they can't be read, or say nothing, and those of the stored object
 * go on. Source: decodeLiveOrNew in k8s.io/apimachinery/pkg/util/managedfields.
 */
export function sentEntries(sent: unknown): readonly ManagedFields[] | undefined {
  if (!Array.isArray(sent)) return undefined;
  if (isReset(sent)) return [];
  const entries: ManagedFields[] = [];
  for (const one of sent) {
    if (!isEntry(one)) return undefined;
    const at = entries.findIndex((other) => isSameOwner(one, other));
    entries.splice(at < 0 ? entries.length : at, 1, one);
  }
  return entries.map((one) => ({ ...one, fieldsV1: sorted(fieldsIn(one)) }));
}

/** `[]` and `[{}]`: whoever sends that wants all entries gone. */
const isReset = (sent: readonly unknown[]): boolean =>
  sent.length === 0 || (sent.length === 1 && isJsonObject(sent[0]) && Object.keys(sent[0]).length === 0);

/** A document that says `managedFields: []` in the way that decoding doesn't forget: an empty list is otherwise as good as none. */
export function withReset(document: unknown): unknown {
  if (!isJsonObject(document) || !isJsonObject(document.metadata)) return document;
  const { managedFields } = document.metadata;
  if (!Array.isArray(managedFields) || managedFields.length > 0) return document;
  return { ...document, metadata: { ...document.metadata, managedFields: [{}] } };
}

const isEntry = (value: unknown): value is ManagedFields =>
  isJsonObject(value) &&
  value.fieldsType === "FieldsV1" &&
  (value.fieldsV1 === undefined || value.fieldsV1 === null || isFieldSet(value.fieldsV1));

/** As many as who updates an object may have of their own. Source: DefaultMaxUpdateManagers. */
const mostUpdates = 10;
const ancient = "ancient-changes";

/**
 * Makes one entry of the oldest updates of each version where there are too many of them.
 * Source: capManagersManager in k8s.io/apimachinery/pkg/util/managedfields.
 */
export function capped(entries: readonly ManagedFields[]): readonly ManagedFields[] {
  const updates = entries.filter(({ operation }) => operation !== "Apply");
  const surplus = updates.length - mostUpdates;
  if (surplus <= 0) return entries;
  const oldestFirst = updates.toSorted((a, b) => readTime(a.time) - readTime(b.time) || compareOwners(a, b));
  const buckets = new Map<string, ManagedFields[]>();
  let fewer = 0;
  for (const one of oldestFirst) {
    if (fewer === surplus) break;
    const bucket = buckets.get(one.apiVersion ?? "");
    if (bucket === undefined) buckets.set(one.apiVersion ?? "", [one]);
    else {
      bucket.push(one);
      fewer++;
    }
  }
  const merged = [...buckets.values()].filter((bucket) => bucket.length > 1);
  const gone = new Set(merged.flat());
  return [...entries.filter((one) => !gone.has(one)), ...merged.map(oneOf)];
}

function oneOf(bucket: readonly ManagedFields[]): ManagedFields {
  const { apiVersion, time } = bucket.at(-1) ?? {};
  const owner = { manager: ancient, operation: "Update", ...(apiVersion !== undefined && { apiVersion }) };
  return entryOf(owner, time, bucket.map(fieldsIn).reduce(union, noFields));
}

/** As they are stored: applied ones first, then by age. Source: sortEncodedManagedFields. */
export const arranged = (entries: readonly ManagedFields[]): readonly ManagedFields[] =>
  entries
    .filter((one) => !isBlank(fieldsIn(one)))
    .toSorted(
      (a, b) => compareText(a.operation, b.operation) || readTime(a.time) - readTime(b.time) || compareOwners(a, b),
    );

const compareOwners = (a: Owner, b: Owner): number =>
  compareText(a.manager, b.manager) ||
  compareText(a.apiVersion, b.apiVersion) ||
  compareText(a.subresource, b.subresource);
const compareText = (a = "", b = ""): number => compareElements(`f:${a}`, `f:${b}`);

/** Whether two lists of entries say the same but for when. */
export const sayTheSame = (a: readonly ManagedFields[], b: readonly ManagedFields[]): boolean =>
  JSON.stringify(a.map(timeless)) === JSON.stringify(b.map(timeless));
const timeless = ({ time: _, ...rest }: ManagedFields): ManagedFields => rest;
