import type { NamedType } from "../kind.ts";
import { objectShape } from "../schema.ts";
import { deleteOptions, listTypesOf, responseType, typeNamed } from "./lists.ts";
import { type Operation, operationsOf, type Parameter } from "./operations.ts";
import { dialect2, type Schema, schemasOf } from "./schemas.ts";
import type { Surface } from "./v3.ts";

/** A Swagger 2.0 document, in the parts that its protobuf form needs to see. */
export interface Swagger {
  readonly swagger: "2.0";
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, SwaggerPath>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}
export type Method = Operation["method"];
export type SwaggerPath = { readonly parameters: readonly SwaggerParameter[] } & {
  readonly [M in Method]?: SwaggerOperation;
};
export interface SwaggerOperation {
  readonly operationId: string;
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly schemes: readonly string[];
  readonly parameters: readonly SwaggerParameter[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: Schema }>>;
  readonly "x-kubernetes-action": string;
  readonly "x-kubernetes-group-version-kind": Schema;
}
export type SwaggerParameter =
  | {
      readonly name: string;
      readonly in: "query" | "path";
      readonly description: string;
      readonly type: string;
      readonly uniqueItems: true;
      readonly required?: true;
    }
  | { readonly name: "body"; readonly in: "body"; readonly required: boolean; readonly schema: Schema };

/** The OpenAPI v2 document of all kinds, at `/openapi/v2`. */
export function openApiV2(surface: Surface): Swagger {
  const { kinds, docs, version } = surface;
  const types = [...kinds, ...surface.types, ...listTypesOf(kinds)];
  const paths = Object.groupBy(kinds.flatMap(operationsOf), ({ path }) => path);
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, operations = []]) => [path, pathItem(operations, types)]),
    ),
    definitions: schemasOf(types, docs, dialect2),
  };
}

const pathItem = (operations: readonly Operation[], types: readonly NamedType[]): SwaggerPath => ({
  parameters: (operations[0]?.inPath ?? []).map((one) => ({ ...parameter(one, "path"), required: true })),
  ...Object.fromEntries(operations.map((one) => [one.method, swaggerOperation(one, types)])),
});

const parameter = ({ name, type, description }: Parameter, where: "path" | "query") =>
  ({ name, in: where, description, type, uniqueItems: true }) as const;

function swaggerOperation(operation: Operation, types: readonly NamedType[]): SwaggerOperation {
  const { id, action, target, query, body } = operation;
  const answer = refOf(responseType(operation, types));
  return {
    operationId: id,
    consumes:
      body === "patch"
        ? ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"]
        : ["*/*"],
    produces: ["application/json"],
    schemes: ["https"],
    parameters: [...bodyParameter(operation, types), ...query.map((one) => parameter(one, "query"))],
    responses: { 200: { description: "OK", ...(answer && { schema: answer }) } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: target.group, kind: target.kind, version: target.version },
  };
}

function bodyParameter({ body, target }: Operation, types: readonly NamedType[]): readonly SwaggerParameter[] {
  if (body === "none") return [];
  const wanted = body === "options" ? deleteOptions : target;
  const schema = body === "patch" ? { type: "object" } : refOf(typeNamed(types, wanted));
  return schema === undefined ? [] : [{ name: "body", in: "body", required: body !== "options", schema }];
}

const refOf = (named: NamedType | undefined): Schema | undefined =>
  named && { $ref: `${dialect2.refs}${objectShape(named.type).name}` };
