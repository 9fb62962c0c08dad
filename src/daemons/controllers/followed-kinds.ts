import { kinds } from "#api/kinds.ts";
import type { Informer } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import type { ApiObject } from "#client/resource.ts";
import type { AnyKind, Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";

/** A kind of which no more is known than that its objects have metadata. */
export type ObjectKind = AnyKind & Kind<AnyType, ApiObject>;
export interface FollowedKind {
  readonly kind: ObjectKind;
  readonly cache: Informer<ApiObject>;
}

const isObjectKind = (kind: AnyKind): kind is ObjectKind => {
  const { shape } = kind.type;
  return shape.is === "object" && "metadata" in shape.fields;
};
export const objectKinds: readonly ObjectKind[] = kinds.filter(isObjectKind);

/** Every kind whose objects may own or be owned. Events are remarks: they end by themselves. */
export const followedKinds = (informers: Informers): readonly FollowedKind[] =>
  objectKinds
    .filter(({ kind }) => kind !== "Event")
    .map((kind) => ({ kind, cache: informers.of<AnyType, ApiObject>(kind) }));
