import assert from "node:assert/strict";
import test from "node:test";
import { bodyTypes, kinds } from "#api/kinds.ts";
import type { AnyType, Field, ObjectShape } from "#machinery/schema.ts";
import { type FieldFacts, factsFolder, readResources, readTypes, type TypeFacts } from "./facts.ts";

const folder = factsFolder();
/** Kinds of our own, which Kubernetes knows nothing of. */
const ownGroup = "portolan.io";
const ownTypes = "io.portolan.";
const skip = folder === undefined && "the facts of the Kubernetes API are not at hand (KUBERNETES_API_FACTS)";
const types = folder === undefined ? new Map<string, TypeFacts>() : readTypes(folder);

test("every declared type has the fields of the real one, with the same numbers, presence and merge rules", {
  skip,
}, () => {
  const differences = [...declaredTypes()]
    .filter(({ name }) => !name.startsWith(ownTypes))
    .flatMap((shape) => typeDifferences(shape, types.get(shape.name)));
  assert.deepEqual(differences, []);
});

test("every kind has the names, scope and subresources of the real one", { skip }, () => {
  const resources = readResources(folder ?? "");
  for (const kind of kinds.filter(({ group }) => group !== ownGroup)) {
    const real = resources.find(
      ({ group, version, plural }) =>
        group === (kind.group || "core") && version === kind.version && plural === kind.plural,
    );
    assert(real !== undefined, kind.plural);
    const { singular, shortNames, categories, scope } = kind;
    assert.deepEqual(
      { kind: kind.kind, singular, scope, shortNames: shortNames.join(","), categories: categories.join(",") },
      {
        kind: real.kind,
        singular: real.singular,
        scope: real.scope,
        shortNames: real.shortNames ?? "",
        categories: real.categories ?? "",
      },
    );
    const known = new Set([...(real.subresources ?? "").matchAll(/([\w-]+)\(/g)].map((match) => match[1]));
    for (const { name } of kind.subresources) assert(known.has(name), `${kind.plural}/${name}`);
  }
});

function declaredTypes(): ReadonlySet<ObjectShape> {
  const found = new Set<ObjectShape>();
  const visit = ({ shape }: AnyType): void => {
    if (shape.is === "list" || shape.is === "map") visit(shape.of);
    if (shape.is !== "object" || found.has(shape)) return;
    found.add(shape);
    for (const { type } of Object.values(shape.fields)) visit(type);
  };
  for (const { type } of [...kinds, ...bodyTypes]) visit(type);
  return found;
}

function typeDifferences({ name, fields }: ObjectShape, facts: TypeFacts | undefined): readonly string[] {
  if (facts === undefined) return [`${name}: is not known`];
  const wanted = [...facts.keys()].filter((one) => facts.get(one)?.number !== undefined);
  const missing = wanted.filter((one) => !Object.hasOwn(fields, one)).map((one) => `${name}.${one}: is missing`);
  const others = Object.entries(fields).flatMap(([field, declared]) => {
    const real = facts.get(field);
    return real === undefined
      ? [`${name}.${field}: does not exist`]
      : fieldDifferences(`${name}.${field}`, declared, real);
  });
  return [...missing, ...others];
}

const scalars = new Set(["string", "oneOf", "int32", "int64", "boolean", "double", "intOrString"]);

function fieldDifferences(path: string, declared: Field, real: FieldFacts): readonly string[] {
  const { number, within, zeroCounts, presence, type } = declared;
  const differs = (what: string, ours: unknown, theirs: unknown): readonly string[] =>
    JSON.stringify(ours) === JSON.stringify(theirs)
      ? []
      : [`${path}: ${what} is ${JSON.stringify(ours)}, in Kubernetes ${JSON.stringify(theirs)}`];
  const isScalar = scalars.has(type.shape.is);
  const isAlwaysThere = presence === "required" || presence === "present";
  return [
    ...differs("the number", [within, number], [real.within, real.number]),
    ...(isScalar && !isAlwaysThere ? differs("a counting zero", zeroCounts, real.isPointer) : []),
    ...(real.isRequired && presence === "optional" ? differs("required", false, true) : []),
    ...(type.shape.is === "list"
      ? differs(
          "the merge rule",
          [type.shape.merge.as, type.shape.merge.keys, type.shape.merge.patchKey],
          [real.merge.as, real.merge.keys, real.merge.patchKey],
        )
      : []),
  ];
}
