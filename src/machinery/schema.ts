/**
 * The words in which a kind is declared. A *type* says what a value may be, and is shared; a *field* is one use of a type: its
 * protobuf number, whether it must be there, its default. Both are plain values: decoder, codec, OpenAPI and merge read them.
 *
 *     export class ClientIPConfig extends object("io.k8s.api.core.v1.ClientIPConfig", {
 *       timeoutSeconds: defaulted(1, int32(), 10_800, { zero: "counts" }),
 *     }) {}
 *
 * `class … extends` gives the value and the type one name, which errors and hovers then show. Nobody ever calls `new`.
 */

/** The phantoms exist for the compiler only: what a client may send, and what the server keeps. */
export interface Type<D = unknown, S = D> {
  readonly shape: Shape;
  readonly "~draft"?: D;
  readonly "~stored"?: S;
}

/** What the derived forms switch over. */
export type Shape =
  | { readonly is: "oneOf"; readonly values: readonly string[] }
  | Plain
  | { readonly is: "list"; readonly of: AnyType; readonly merge: ListMerge }
  | { readonly is: "map"; readonly of: AnyType; readonly atomic: boolean }
  | ObjectShape
  | { readonly is: "lazy"; readonly to: () => AnyType };

type PlainName =
  | "string"
  | "int32"
  | "int64"
  | "boolean"
  | "double"
  | "bytes"
  | "time"
  | "microTime"
  | "quantity"
  | "intOrString"
  | "json"
  | "rawExtension";
type Plain = { readonly [N in PlainName]: { readonly is: N } }[PlainName];

export interface ObjectShape {
  readonly is: "object";
  readonly name: string;
  readonly fields: Fields;
  readonly atomic: boolean;
  /** A strategic merge patch names the fields that stay (`$retainKeys`). */
  readonly retainKeys: boolean;
  /** What it says of itself also where it is a part of another object; protobuf leaves that out. */
  readonly names: Names | undefined;
}
interface Names {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The shape of a type that is known to be an object. Throws TypeError where it isn't: a fault of the declaration. */
export function objectShape({ shape }: AnyType): ObjectShape {
  if (shape.is === "lazy") return objectShape(shape.to());
  if (shape.is !== "object") throw new TypeError(`${shape.is} where an object type is needed`);
  return shape;
}

/** How two versions of a list become one: `keys` for server-side apply, `patchKey` for strategic merge (undefined: replace). */
export interface ListMerge {
  readonly as: "atomic" | "set" | "map";
  readonly keys: readonly string[];
  readonly patchKey: string | undefined;
}

/**
 * - `optional`: may be absent, also in what is stored;
 * - `required`: a request without it is refused;
 * - `present`: shown as required, but Go's zero stands in for it (`""`, `0`, `false`, an empty list or object);
 * - `assigned`: the server sets it before it stores the object;
 * - `defaulted`: what is absent is filled in.
 */
export type Presence = "optional" | "required" | "present" | "assigned" | "defaulted";

export interface Field<P extends Presence = Presence, T extends AnyType = AnyType> {
  readonly presence: P;
  readonly number: number;
  /** The number of the message that holds it in protobuf, where Go inlines a struct that JSON doesn't show. */
  readonly within: number | undefined;
  readonly type: T;
  readonly value: unknown;
  /** Zero (`0`, `""`, `false`) is something else than absent: Go holds a pointer here. Protobuf can't tell without it. */
  readonly zeroCounts: boolean;
}
export type Fields = Readonly<Record<string, Field>>;

/** Deliberately loose: the inference lives in the two type functions below. */
export interface AnyType {
  readonly shape: Shape;
}
/** What a client may send: defaulted fields may be left out. For fixtures and clients. */
export type Draft<T> = T extends { readonly "~draft"?: infer D } ? D : never;
/** What the server keeps and core reads: defaulted fields are there. */
export type Stored<T> = T extends new () => infer S ? S : T extends { readonly "~stored"?: infer S } ? S : never;

// Homomorphic on purpose (`keyof F as …`): go-to-definition on `service.spec.type` then ends at the declared field.
type DraftOf<F extends Fields> = {
  readonly [K in keyof F as F[K]["presence"] extends "required" ? K : never]: Draft<F[K]["type"]>;
} & { readonly [K in keyof F as F[K]["presence"] extends "required" ? never : K]?: Draft<F[K]["type"]> };
type StoredOf<F extends Fields> = {
  readonly [K in keyof F as F[K]["presence"] extends "optional" ? never : K]: Stored<F[K]["type"]>;
} & { readonly [K in keyof F as F[K]["presence"] extends "optional" ? K : never]?: Stored<F[K]["type"]> };

export interface ObjectType<F extends Fields> {
  new (): StoredOf<F>;
  readonly shape: ObjectShape;
  readonly "~draft"?: DraftOf<F>;
}

interface ObjectOptions {
  readonly atomic?: true;
  readonly retainKeys?: true;
  readonly names?: Names;
}

/** `name` is the type's name in OpenAPI, as Kubernetes has it. */
export function object<const F extends Fields>(name: string, fields: F, how: ObjectOptions = {}): ObjectType<F> {
  const { atomic = false, retainKeys = false, names } = how;
  const shape: ObjectShape = { is: "object", name, fields, atomic, retainKeys, names };
  // The compiler is told what instances would be like; there are none, so nothing at run time could contradict it.
  return Object.assign(class {}, { shape }) as unknown as ObjectType<F>;
}

interface Zero {
  readonly zero: "counts";
}
type Rest = { readonly value?: unknown; readonly zero?: Zero | undefined };
function field<P extends Presence, T extends AnyType>(presence: P, number: number, type: T, rest: Rest): Field<P, T> {
  return { presence, number, within: undefined, type, value: rest.value, zeroCounts: rest.zero !== undefined };
}
export const optional = <T extends AnyType>(number: number, type: T, zero?: Zero): Field<"optional", T> =>
  field("optional", number, type, { zero });
export const required = <T extends AnyType>(number: number, type: T): Field<"required", T> =>
  field("required", number, type, {});
export const present = <T extends AnyType>(number: number, type: T): Field<"present", T> =>
  field("present", number, type, {});
export const assigned = <T extends AnyType>(number: number, type: T): Field<"assigned", T> =>
  field("assigned", number, type, {});
export const defaulted = <T extends AnyType>(
  number: number,
  type: T,
  value: Draft<T>,
  zero?: Zero,
): Field<"defaulted", T> => field("defaulted", number, type, { value, zero });

/** Fields of a struct that Go inlines: flat in JSON, one message (`number`) in protobuf. */
export const inlined = <const F extends Fields>(number: number, fields: F): F =>
  // `fromEntries` forgets which name had which type, hence the cast; only `within` changes.
  Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, { ...one, within: number }])) as unknown as F;

export type IntOrString = number | string;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const string: Type<string> = { shape: { is: "string" } };
/** Any other value is refused with `Unsupported value`, naming these in alphabetical order as Kubernetes does. */
export const oneOf = <const V extends string>(...values: readonly V[]): Type<V> => ({ shape: { is: "oneOf", values } });
export const int32 = (): Type<number> => ({ shape: { is: "int32" } });
/** Kept as a number: every int64 of the API that people write is below 2⁵³. */
export const int64 = (): Type<number> => ({ shape: { is: "int64" } });
export const boolean: Type<boolean> = { shape: { is: "boolean" } };
export const double: Type<number> = { shape: { is: "double" } };
export const bytes: Type<string> = { shape: { is: "bytes" } };
/** RFC 3339, whole seconds. */
export const time: Type<string> = { shape: { is: "time" } };
/** RFC 3339 with microseconds. */
export const microTime: Type<string> = { shape: { is: "microTime" } };
/** Kept as Kubernetes writes it: see `keptQuantity`. */
export const quantity: Type<IntOrString, string> = { shape: { is: "quantity" } };
export const intOrString: Type<IntOrString> = { shape: { is: "intOrString" } };
export const json: Type<Json> = { shape: { is: "json" } };
/** An object of whatever kind, kept as it is. Source: RawExtension in k8s.io/apimachinery. */
export const rawExtension: Type<Json> = { shape: { is: "rawExtension" } };

interface List<T> extends Type<readonly Draft<T>[], readonly Stored<T>[]> {}
const listOf = <T extends AnyType>(of: T, merge: ListMerge): List<T> => ({ shape: { is: "list", of, merge } });
/** Replaced as a whole; `patchKey` where strategic merge nevertheless merges it. */
export const list = <T extends AnyType>(of: T, how: { patchKey?: string } = {}): List<T> =>
  listOf(of, { as: "atomic", keys: [], patchKey: how.patchKey });
/** Merged by value; `patch: false` where strategic merge still replaces it. */
export const set = <T extends AnyType>(of: T, how: { patch: boolean }): List<T> =>
  listOf(of, { as: "set", keys: [], patchKey: how.patch ? "" : undefined });
/**
 * Merged entry by entry: `keys` tell entries apart for server-side apply, the first of them for strategic merge
 * (`patch: false` where that replaces the list).
 */
export const listMap = <T extends AnyType>(
  of: T,
  keys: readonly (keyof Stored<T> & string)[],
  how: { patch?: false } = {},
): List<T> => listOf(of, { as: "map", keys, patchKey: how.patch === false ? undefined : keys[0] });

export const map = <T extends AnyType>(
  of: T,
  how?: { atomic: true },
): Type<Readonly<Record<string, Draft<T>>>, Readonly<Record<string, Stored<T>>>> => ({
  shape: { is: "map", of, atomic: how?.atomic ?? false },
});
/** For a type that contains itself: `not: optional(1, lazy<Props>((): AnyType => Props))`. Both annotations are needed. */
export const lazy = <D, S = D>(to: () => AnyType): Type<D, S> => ({ shape: { is: "lazy", to } });
