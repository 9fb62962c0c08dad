import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";

/** What a URL needs of a kind. */
export type Resource = Pick<Kind<AnyType, never>, "group" | "version" | "kind" | "plural" | "scope">;

/** One object, or with an empty `name` its collection; an empty `namespace` means all of them. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly subresource?: string | undefined;
}

/** `/apis/apps/v1/namespaces/default/deployments/web/scale`. Source: "API concepts", Resource URIs, in the Kubernetes reference. */
export function pathOf(resource: Resource, { namespace, name, subresource }: Place): string {
  const { group, version, plural, scope } = resource;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = scope === "Namespaced" && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const object = name === "" ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${within}/${plural}${object}${subresource === undefined ? "" : `/${subresource}`}`;
}

/** What is undefined is left out. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}
