import { Writer } from "../protobuf/writer.ts";
import type { Schema } from "./schemas.ts";
import type { Swagger, SwaggerOperation, SwaggerParameter, SwaggerPath } from "./v2.ts";

/**
 * OpenAPI v2 as kubectl up to 1.27 asks for it: a protobuf message whose fields are those of the document.
 * Source: the field numbers of gnostic's openapiv2/OpenAPIv2.proto.
 */
export const gnosticMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

export function encodeGnostic({ info, paths, definitions }: Swagger): Uint8Array {
  const to = new Writer();
  text(to, 1, "2.0");
  message(to, 2, () => {
    text(to, 1, info.title);
    text(to, 2, info.version);
  });
  message(to, 8, () => {
    for (const [path, item] of Object.entries(paths)) named(to, 2, path, () => pathItem(to, item));
  });
  message(to, 9, () => {
    for (const [name, schema] of Object.entries(definitions)) named(to, 1, name, () => schemaFields(to, schema));
  });
  return to.result();
}

function message(to: Writer, number: number, write: () => void): void {
  to.tag(number, 2);
  to.nested(write);
}
function text(to: Writer, number: number, value: unknown): void {
  if (typeof value !== "string") return;
  to.tag(number, 2);
  to.text(value);
}
function flag(to: Writer, number: number, value: unknown): void {
  if (value !== true) return;
  to.tag(number, 0);
  to.varint(1);
}
/** A map of the document is a list of pairs in the message. */
const named = (to: Writer, number: number, name: string, write: () => void): void =>
  message(to, number, () => {
    text(to, 1, name);
    message(to, 2, write);
  });
/** Any value, as YAML: JSON is YAML. */
const anyValue = (to: Writer, number: number, value: unknown): void =>
  message(to, number, () => text(to, 2, `${JSON.stringify(value)}\n`));

function extensions(to: Writer, number: number, of: object): void {
  for (const [name, value] of Object.entries(of))
    if (name.startsWith("x-")) named(to, number, name, () => text(to, 2, `${JSON.stringify(value)}\n`));
}

const methodNumbers = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const;

function pathItem(to: Writer, item: SwaggerPath): void {
  for (const [method, number] of Object.entries(methodNumbers)) {
    const operation = item[method as keyof typeof methodNumbers];
    if (operation !== undefined) message(to, number, () => operationFields(to, operation));
  }
  for (const one of item.parameters) message(to, 9, () => message(to, 1, () => parameterFields(to, one)));
}

function operationFields(to: Writer, operation: SwaggerOperation): void {
  text(to, 5, operation.operationId);
  for (const one of operation.produces) text(to, 6, one);
  for (const one of operation.consumes) text(to, 7, one);
  for (const one of operation.parameters) message(to, 8, () => message(to, 1, () => parameterFields(to, one)));
  message(to, 9, () => {
    for (const [code, { description, schema }] of Object.entries(operation.responses))
      named(to, 1, code, () =>
        message(to, 1, () => {
          text(to, 1, description);
          if (schema !== undefined) message(to, 2, () => message(to, 1, () => schemaFields(to, schema)));
        }),
      );
  });
  for (const one of operation.schemes) text(to, 10, one);
  extensions(to, 13, operation);
}

/** A body parameter, or one of the query (3) or the path (4) among those that are none. */
function parameterFields(to: Writer, parameter: SwaggerParameter): void {
  if (parameter.in === "body") {
    message(to, 1, () => {
      text(to, 2, parameter.name);
      text(to, 3, parameter.in);
      flag(to, 4, parameter.required);
      message(to, 5, () => schemaFields(to, parameter.schema));
    });
    return;
  }
  message(to, 2, () => message(to, parameter.in === "query" ? 3 : 4, () => plainParameter(to, parameter)));
}

function plainParameter(to: Writer, parameter: Exclude<SwaggerParameter, { in: "body" }>): void {
  const { name, description, type } = parameter;
  flag(to, 1, parameter.required);
  text(to, 2, parameter.in);
  text(to, 3, description);
  text(to, 4, name);
  text(to, parameter.in === "query" ? 6 : 5, type);
}

function schemaFields(to: Writer, schema: Schema): void {
  text(to, 1, schema.$ref);
  text(to, 2, schema.format);
  text(to, 4, schema.description);
  if (schema.default !== undefined) anyValue(to, 5, schema.default);
  if (Array.isArray(schema.required)) for (const one of schema.required) text(to, 19, one);
  if (isSchema(schema.additionalProperties)) {
    const inner = schema.additionalProperties;
    message(to, 21, () => message(to, 1, () => schemaFields(to, inner)));
  }
  if (schema.type !== undefined) message(to, 22, () => text(to, 1, schema.type));
  if (isSchema(schema.items)) {
    const inner = schema.items;
    message(to, 23, () => message(to, 1, () => schemaFields(to, inner)));
  }
  if (isSchema(schema.properties)) {
    const properties = Object.entries(schema.properties);
    message(to, 25, () => {
      for (const [name, inner] of properties) if (isSchema(inner)) named(to, 1, name, () => schemaFields(to, inner));
    });
  }
  extensions(to, 31, schema);
}
const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;
