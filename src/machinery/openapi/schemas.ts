import type { NamedType } from "../kind.ts";
import type { AnyType, Field, Fields, ObjectShape, Shape } from "../schema.ts";
import type { Docs } from "./docs.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Where OpenAPI v2 and v3 differ on schemas. */
export interface Dialect {
  readonly version: 2 | 3;
  /** What stands before a type's name in a `$ref`. */
  readonly refs: "#/definitions/" | "#/components/schemas/";
}
export const dialect2: Dialect = { version: 2, refs: "#/definitions/" };
export const dialect3: Dialect = { version: 3, refs: "#/components/schemas/" };

/** Every object type that `types` reach, by name: `components.schemas` of a v3 document, `definitions` of a v2 one. */
export function schemasOf(types: readonly NamedType[], docs: Docs, dialect: Dialect): Readonly<Record<string, Schema>> {
  const named = Map.groupBy(types, ({ type }) => type.shape);
  const schemas: Record<string, Schema> = {};
  const visit = ({ shape }: AnyType): void => {
    if (shape.is === "list" || shape.is === "map") visit(shape.of);
    else if (shape.is === "lazy") visit(shape.to());
    else if (shape.is === "object" && schemas[shape.name] === undefined) {
      schemas[shape.name] = objectSchema(shape, named.get(shape) ?? [], { docs, dialect });
      for (const { type } of Object.values(shape.fields)) visit(type);
    } else if (shape.is !== "object") {
      const common = commonTypes[shape.is];
      if (common !== undefined) schemas[common.name] = dialect.version === 2 ? common.v2 : common.v3;
    }
  };
  for (const { type } of types) visit(type);
  return schemas;
}

/** Values that several kinds share, by the names that they have in Kubernetes. */
const commonTypes: Partial<Record<Shape["is"], { readonly name: string; readonly v2: Schema; readonly v3: Schema }>> = {
  time: sameInBoth("io.k8s.apimachinery.pkg.apis.meta.v1.Time", {
    description: "A moment as RFC 3339 writes it, in whole seconds.",
    type: "string",
    format: "date-time",
  }),
  microTime: sameInBoth("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", {
    description: "A moment as RFC 3339 writes it, with microseconds.",
    type: "string",
    format: "date-time",
  }),
  json: sameInBoth("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", {
    description: "A set of fields, as a tree of their names.",
    type: "object",
  }),
  rawExtension: sameInBoth("io.k8s.apimachinery.pkg.runtime.RawExtension", {
    description: "An object of whatever kind, kept as it is.",
    type: "object",
  }),
  quantity: {
    name: "io.k8s.apimachinery.pkg.api.resource.Quantity",
    v2: { description: "An amount: 500m, 64Mi, 1e3.", type: "string" },
    v3: { description: "An amount: 500m, 64Mi, 1e3.", oneOf: [{ type: "string" }, { type: "number" }] },
  },
  intOrString: {
    name: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    v2: { description: "A number, or a name or percentage.", type: "string", format: "int-or-string" },
    v3: {
      description: "A number, or a name or percentage.",
      format: "int-or-string",
      oneOf: [{ type: "integer" }, { type: "string" }],
    },
  },
};
function sameInBoth(name: string, schema: Schema): { readonly name: string; readonly v2: Schema; readonly v3: Schema } {
  return { name, v2: schema, v3: schema };
}

interface Wording {
  readonly docs: Docs;
  readonly dialect: Dialect;
}

const envelope: Schema = {
  apiVersion: { type: "string", description: "The API group and version of this object." },
  kind: { type: "string", description: "What this object is." },
};

function objectSchema(shape: ObjectShape, names: readonly NamedType[], { docs, dialect }: Wording): Schema {
  const doc = docs.get(shape.name);
  const properties = Object.fromEntries(
    Object.entries(shape.fields).map(([key, field]) => [key, fieldSchema(field, doc?.[key], dialect)]),
  );
  const needed = neededNames(shape.fields);
  return {
    ...(doc?.[""] && { description: doc[""] }),
    type: "object",
    properties: names.length === 0 && shape.names === undefined ? properties : { ...envelope, ...properties },
    ...(needed.length > 0 && { required: needed }),
    ...(shape.atomic && { "x-kubernetes-map-type": "atomic" }),
    ...(names.length > 0 && {
      "x-kubernetes-group-version-kind": names.map(({ group, version, kind }) => ({ group, kind, version })),
    }),
  };
}

const neededNames = (fields: Fields): readonly string[] =>
  Object.entries(fields)
    .filter(([, { presence }]) => presence === "required" || presence === "present")
    .map(([name]) => name);

function fieldSchema({ type, value }: Field, description: string | undefined, dialect: Dialect): Schema {
  const schema = schemaOf(type.shape, dialect);
  // In v3 nothing beside a $ref is read.
  const around = dialect.version === 3 && "$ref" in schema ? { allOf: [schema] } : schema;
  return {
    ...(description !== undefined && { description }),
    ...around,
    ...(type.shape.is === "object" && type.shape.retainKeys && { "x-kubernetes-patch-strategy": "retainKeys" }),
    ...(value !== undefined && { default: value }),
  };
}

function schemaOf(shape: Shape, dialect: Dialect): Schema {
  switch (shape.is) {
    case "object":
      return { $ref: `${dialect.refs}${shape.name}` };
    case "lazy":
      return schemaOf(shape.to().shape, dialect);
    case "map":
      return {
        type: "object",
        additionalProperties: schemaOf(shape.of.shape, dialect),
        ...(shape.atomic && { "x-kubernetes-map-type": "atomic" }),
      };
    case "list":
      return { type: "array", items: schemaOf(shape.of.shape, dialect), ...mergeSchema(shape) };
    case "oneOf":
      return { type: "string", ...(dialect.version === 3 && { enum: shape.values.toSorted() }) };
    case "string":
    case "boolean":
      return { type: shape.is };
    case "bytes":
      return { type: "string", format: "byte" };
    case "int32":
    case "int64":
      return { type: "integer", format: shape.is };
    case "double":
      return { type: "number", format: "double" };
    case "time":
    case "microTime":
    case "quantity":
    case "intOrString":
    case "json":
    case "rawExtension":
      return { $ref: `${dialect.refs}${commonTypes[shape.is]?.name}` };
  }
}

function mergeSchema({ merge: { as, keys, patchKey }, of }: Shape & { readonly is: "list" }): Schema {
  const retains = of.shape.is === "object" && of.shape.retainKeys;
  return {
    "x-kubernetes-list-type": as,
    ...(keys.length > 0 && { "x-kubernetes-list-map-keys": keys }),
    ...(patchKey !== undefined && { "x-kubernetes-patch-strategy": retains ? "merge,retainKeys" : "merge" }),
    ...(patchKey && { "x-kubernetes-patch-merge-key": patchKey }),
  };
}
