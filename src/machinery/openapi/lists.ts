import type { ServedResource } from "../catalogue.ts";
import type { NamedType } from "../kind.ts";
import { ListMeta } from "../list-meta.ts";
import { list, object, objectShape, optional, required } from "../schema.ts";
import type { Operation } from "./operations.ts";

/** The types of the answers to `list`: no declaration needs to say them. */
export const listTypesOf = (kinds: readonly ServedResource[]): readonly NamedType[] =>
  kinds
    .filter(({ verbs }) => verbs.includes("list"))
    .map(({ group, version, kind, type }) => ({
      group,
      version,
      kind: `${kind}List`,
      type: object(`${objectShape(type).name}List`, {
        metadata: optional(1, ListMeta),
        items: required(2, list(type)),
      }),
    }));

/** What a good answer holds, where it is an object. */
export function responseType({ action, target }: Operation, types: readonly NamedType[]): NamedType | undefined {
  if (action === "connect") return undefined;
  return typeNamed(types, action === "list" ? { ...target, kind: `${target.kind}List` } : target);
}

export const typeNamed = (
  types: readonly NamedType[],
  { group, version, kind }: Operation["target"],
): NamedType | undefined => types.find((one) => one.kind === kind && one.group === group && one.version === version);

/** What a deletion may send. */
export const deleteOptions: Operation["target"] = { group: "", version: "v1", kind: "DeleteOptions" };
