import type { ServedResource } from "../catalogue.ts";
import { apiVersionOf, type NamedType } from "../kind.ts";
import { objectShape } from "../schema.ts";
import type { Docs } from "./docs.ts";
import { deleteOptions, listTypesOf, responseType, typeNamed } from "./lists.ts";
import { type Operation, operationsOf, type Parameter } from "./operations.ts";
import { dialect3, type Schema, schemasOf } from "./schemas.ts";

/** What a document describes. */
export interface Surface {
  /** In every version. */
  readonly kinds: readonly ServedResource[];
  /** Bodies of subresources and options. */
  readonly types: readonly NamedType[];
  readonly docs: Docs;
  /** The Kubernetes version that the server reports. */
  readonly version: string;
}

/** The OpenAPI v3 document of one group and version, below `/openapi/v3/…`. */
export function openApiV3(surface: Surface, { group, version }: Pick<ServedResource, "group" | "version">): Schema {
  const kinds = surface.kinds.filter((one) => one.group === group && one.version === version);
  const types = [...kinds, ...surface.types, ...listTypesOf(kinds)];
  const paths = Object.groupBy(kinds.flatMap(operationsOf), ({ path }) => path);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: surface.version },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, operations = []]) => [path, pathItem(operations, types)]),
    ),
    components: { schemas: schemasOf(types, surface.docs, dialect3) },
  };
}

/** The groups and versions that have a document, as paths below `/openapi/v3/`: `api/v1`, `apis/apps/v1`. */
export const openApiV3Paths = ({ kinds }: Surface): ReadonlyMap<string, Pick<ServedResource, "group" | "version">> =>
  new Map(kinds.map((kind) => [`${kind.group === "" ? "api" : "apis"}/${apiVersionOf(kind)}`, kind]));

/** What `/openapi/v3` answers; `hashOf` gives a document's hash, by which clients cache it. */
export function openApiV3Index(surface: Surface, hashOf: (path: string) => string): Schema {
  const paths = [...openApiV3Paths(surface).keys()].map((path) => [
    path,
    { serverRelativeURL: urlOfDocument(path, hashOf(path)) },
  ]);
  return { paths: Object.fromEntries(paths) };
}

export const urlOfDocument = (path: string, hash: string): string =>
  `/openapi/v3/${path}?hash=${encodeURIComponent(hash)}`;

const pathItem = (operations: readonly Operation[], types: readonly NamedType[]): Schema => ({
  parameters: (operations[0]?.inPath ?? []).map((one) => ({ ...parameter(one, "path"), required: true })),
  ...Object.fromEntries(operations.map((one) => [one.method, operationSchema(one, types)])),
});

const parameter = ({ name, type, description }: Parameter, where: "path" | "query"): Schema => ({
  name,
  in: where,
  description,
  schema: { type, uniqueItems: true },
});

function operationSchema(operation: Operation, types: readonly NamedType[]): Schema {
  const { id, action, target, query } = operation;
  const body = bodyOf(operation, types);
  return {
    operationId: id,
    parameters: query.map((one) => parameter(one, "query")),
    ...(body && { requestBody: body }),
    responses: { 200: { description: "OK", ...answerOf(operation, types) } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: target.group, kind: target.kind, version: target.version },
  };
}

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

function bodyOf({ body, target }: Operation, types: readonly NamedType[]): Schema | undefined {
  const object = refOf(typeNamed(types, target));
  const options = refOf(typeNamed(types, deleteOptions));
  switch (body) {
    case "object":
      return object && { content: { "*/*": { schema: object } }, required: true };
    case "options":
      return options && { content: { "*/*": { schema: options } } };
    case "patch":
      return {
        content: Object.fromEntries(patchTypes.map((type) => [type, { schema: { type: "object" } }])),
        required: true,
      };
    case "none":
      return undefined;
  }
}

function answerOf(operation: Operation, types: readonly NamedType[]): Schema {
  const schema = refOf(responseType(operation, types));
  return schema === undefined ? {} : { content: { "application/json": { schema } } };
}

const refOf = (named: NamedType | undefined): Schema | undefined =>
  named && { $ref: `${dialect3.refs}${objectShape(named.type).name}` };
