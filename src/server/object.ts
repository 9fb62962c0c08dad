import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { isJsonObject } from "#machinery/json.ts";
import { type AnyKind, apiVersionOf, type Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { internal } from "#machinery/status.ts";

/** Any object as the server holds it: of an admitted form, and carrying the name of its kind. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}
/** A cluster-wide object has no namespace, and an object has no resourceVersion before it is stored. */
export type Metadata = Omit<ObjectMeta, "namespace" | "resourceVersion"> &
  Partial<Pick<ObjectMeta, "namespace" | "resourceVersion">>;

const isApiObject = (value: unknown): value is ApiObject => isJsonObject(value) && isJsonObject(value.metadata);

/** What a kind's functions give back is an object still; throws where a declaration breaks that. */
export function objectOf(value: unknown): ApiObject {
  if (!isApiObject(value)) throw internal("a stored object has no metadata");
  return value;
}

/** With the name of its kind, whatever name the client gave it. */
export const named = (kind: Pick<AnyKind, "group" | "version" | "kind">, object: unknown): ApiObject =>
  objectOf({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...withoutName(object) });

function withoutName(object: unknown): Readonly<Record<string, unknown>> {
  if (!isJsonObject(object)) return {};
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

/** Gives an object the type of its kind. Sound, since only admitted objects of a kind carry its name. */
export const isOf = <T extends AnyType>(kind: Kind<T>, object: unknown): object is Stored<T> & ApiObject =>
  isApiObject(object) && object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);

export const withMetadata = (object: ApiObject, changed: Partial<Metadata>): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, ...changed },
});

/** Leaves fields out; what is undefined would be a field too. */
export function withoutMetadata(object: ApiObject, ...fields: readonly (keyof Metadata)[]): ApiObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !isIn(fields, name)));
  return objectOf({ ...object, metadata });
}
const isIn = (fields: readonly string[], name: string): boolean => fields.includes(name);

/** The stored text of an object: all of it is ready but for the revision, which only the store knows. */
export interface Serialized {
  readonly sizeBytes: number;
  readonly at: (revision: number) => Buffer;
}

export function serialize({ apiVersion, kind, metadata, ...rest }: ApiObject): Serialized {
  const { resourceVersion: _, ...own } = metadata;
  const head = `${JSON.stringify({ apiVersion, kind }).slice(0, -1)},"metadata":{"resourceVersion":"`;
  const tail = `",${JSON.stringify(own).slice(1)}${afterMetadata(JSON.stringify(rest))}`;
  return {
    sizeBytes: Buffer.byteLength(head) + Buffer.byteLength(tail) + 16,
    at: (revision) => Buffer.from(`${head}${revision}${tail}`),
  };
}
const afterMetadata = (rest: string): string => (rest === "{}" ? "}" : `,${rest.slice(1)}`);

// Weak on both sides: the store keeps old bytes for those who watch, and what they hold must not stay with them.
const parsed = new WeakMap<Uint8Array, WeakRef<ApiObject>>();
const utf8 = new TextDecoder();

/** The object that stored bytes hold; seldom parsed twice. */
export function parseStored(bytes: Uint8Array): ApiObject {
  const known = parsed.get(bytes)?.deref();
  if (known !== undefined) return known;
  const object = objectOf(JSON.parse(utf8.decode(bytes)));
  parsed.set(bytes, new WeakRef(object));
  return object;
}

/** The same object as if it had been written at that revision. */
export const storedAt = (bytes: Uint8Array, revision: number): Uint8Array => serialize(parseStored(bytes)).at(revision);
