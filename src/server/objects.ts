import { type AnyKind, apiVersionOf, type Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { conflict, modifiedMeanwhile, notFound, tooLarge } from "#machinery/status.ts";
import type { Entry, Store, Write } from "#store/store.ts";
import { limits } from "./limits.ts";
import { type ApiObject, isOf, parseStored, type Serialized, serialize, withMetadata } from "./object.ts";

/** Every object stands under `/registry/GROUP/PLURAL/[NAMESPACE/]NAME`; "core" for the group without a name. */
const registry = "/registry/";

export const prefixOf = ({ group, plural }: AnyKind, namespace = ""): string =>
  `${registry}${group === "" ? "core" : group}/${plural}/${namespace === "" ? "" : `${namespace}/`}`;

export const keyOf = (kind: AnyKind, { namespace, name }: Place): string =>
  `${prefixOf(kind, kind.scope === "Cluster" ? "" : namespace)}${name}`;

/** Where an object stands; `namespace` is empty for a cluster-wide one. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** An object as the store has it. */
export interface StoredObject {
  readonly object: ApiObject;
  readonly entry: Entry;
}

export const storedObject = (entry: Entry): StoredObject => ({ object: parseStored(entry.value), entry });

/** Throws a 404. */
export async function mustFind(store: Store, kind: AnyKind, place: Place): Promise<StoredObject> {
  const entry = await store.get(keyOf(kind, place));
  if (entry === undefined) throw notFound(kind, place.name);
  return storedObject(entry);
}

/** An object of a kind; undefined where there is none. */
export async function findOf<T extends AnyType>(
  store: Store,
  kind: Kind<T>,
  place: Place,
): Promise<(Stored<T> & ApiObject) | undefined> {
  const entry = await store.get(keyOf(kind, place));
  const object = entry === undefined ? undefined : parseStored(entry.value);
  return object !== undefined && isOf(kind, object) ? object : undefined;
}

/** Throws a 404. */
export async function mustFindOf<T extends AnyType>(
  store: Store,
  kind: Kind<T>,
  place: Place,
): Promise<Stored<T> & ApiObject> {
  const found = await findOf(store, kind, place);
  if (found === undefined) throw notFound(kind, place.name);
  return found;
}

/** All of a kind. */
export async function everyOf<T extends AnyType>(
  store: Store,
  kind: Kind<T>,
): Promise<readonly (Stored<T> & ApiObject)[]> {
  const { entries } = await store.range(prefixOf(kind));
  return entries.map(({ value }) => parseStored(value)).filter((one) => isOf(kind, one));
}

/** An object with its bytes as they are stored, or would be. */
export interface Saved {
  readonly object: ApiObject;
  readonly bytes: Uint8Array;
  /** At which it stands, or has gone; 0 where a new one was only rehearsed. */
  readonly revision: number;
}
export type Saving =
  | { readonly kind: "saved"; readonly saved: Saved }
  | { readonly kind: "conflict"; readonly key: string };

export type Along = NonNullable<Write["along"]>;

/** Where an object is written. */
export interface Slot {
  readonly key: string;
  /** The revision at which the key must be; 0: absent. */
  readonly expect: number;
  /** What is written with it, or not at all. */
  readonly along?: Along;
}

/** Writes an object while its key is at revision `expect` (0: absent). Throws a 413. */
export const save = (store: Store, key: string, object: ApiObject, expect: number): Promise<Saving> =>
  saveAt(store, object, { key, expect });

/** Writes an object. Throws a 413. */
export async function saveAt(store: Store, object: ApiObject, slot: Slot): Promise<Saving> {
  const text = mustFit(object);
  let bytes: Uint8Array = new Uint8Array();
  const value = (revision: number) => {
    bytes = text.at(revision);
    return bytes;
  };
  const written = await store.write({ ...slot, value });
  if (written.kind === "conflict") return written;
  const { revision } = written;
  return {
    kind: "saved",
    saved: { object: withMetadata(object, { resourceVersion: `${revision}` }), bytes, revision },
  };
}

/** What `save` would have given, without a resourceVersion of its own. */
export function rehearse(object: ApiObject, revision: number): Saved {
  const text = mustFit(object);
  const bytes = revision === 0 ? Buffer.from(JSON.stringify(object)) : text.at(revision);
  return { object, bytes, revision };
}

function mustFit(object: ApiObject): Serialized {
  const text = serialize(object);
  if (text.sizeBytes <= limits.objectBytes) return text;
  throw tooLarge(`the object is too large: ${text.sizeBytes} bytes, at most ${limits.objectBytes} are stored`);
}

/** Deletes what stands at `entry`; undefined where somebody has changed it meanwhile. */
export async function erase(store: Store, entry: Entry): Promise<{ readonly revision: number } | undefined> {
  const written = await store.write({ key: entry.key, value: undefined, expect: entry.modRevision });
  return written.kind === "done" ? { revision: written.revision } : undefined;
}

/** How often a write that names no version of its own is tried again when others were faster. */
const mostAttempts = 100;

interface Where {
  readonly kind: AnyKind;
  readonly place: Place;
}

/**
 * Reads an object and tries `change` on it until no other write comes between. `change` gives undefined when others were faster.
 * Throws a 404 where there is no object, a 409 where there is no end to it.
 */
export const retryOnConflict = <T>(
  store: Store,
  { kind, place }: Where,
  change: (current: StoredObject) => Promise<T | undefined>,
): Promise<T> =>
  retryOrMake(store, { kind, place }, async (current) => {
    if (current === undefined) throw notFound(kind, place.name);
    return change(current);
  });

/** The same for a change that makes the object where there is none. */
export async function retryOrMake<T>(
  store: Store,
  { kind, place }: Where,
  change: (current: StoredObject | undefined) => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const entry = await store.get(keyOf(kind, place));
    const done = await change(entry && storedObject(entry));
    if (done !== undefined) return done;
  }
  throw conflict(kind, place.name, modifiedMeanwhile);
}

/** "PodList". */
export const listKind = (
  kind: Pick<AnyKind, "group" | "version" | "kind">,
): { readonly kind: string; readonly apiVersion: string } => ({
  kind: `${kind.kind}List`,
  apiVersion: apiVersionOf(kind),
});
