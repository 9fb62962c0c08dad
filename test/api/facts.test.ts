import assert from "node:assert/strict";
import test from "node:test";
import { bodyTypes, builtIn, kinds, reviews } from "#api/kinds.ts";
import { type AnyType, type Field, type ObjectShape, objectShape } from "#machinery/schema.ts";
import { type FieldFacts, factsFolder, readOldTypes, readResources, readTypes, type TypeFacts } from "./facts.ts";

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
    .filter(({ name }) => !name.startsWith(ownTypes) && !unknownVersions.some((one) => name.startsWith(one)))
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

test("every review has the names, scope and verbs of the real one", { skip }, () => {
  const resources = readResources(folder ?? "");
  for (const { group, version, plural, kind, singular, scope } of reviews) {
    if (version !== "v1") continue; // told of by nobody any more
    const real = resources.find((one) => one.group === group && one.version === version && one.plural === plural);
    assert.deepEqual(
      { kind, singular, scope, verbs: "create" },
      { kind: real?.kind, singular: real?.singular, scope: real?.scope, verbs: real?.verbs },
    );
  }
});

test("every other version has the fields of the real one, with the same numbers", { skip }, () => {
  const old = readOldTypes(folder ?? "");
  const differences = builtIn.served.flatMap(({ other }) => {
    if (other === undefined) return [];
    const shape = objectShape(other.type);
    if (unknownVersions.some((one) => shape.name.startsWith(one))) return [];
    const current = types.get(shape.name);
    return current === undefined ? oldDifferences(shape, shape.name, old) : typeDifferences(shape, current);
  });
  assert.deepEqual(differences, []);
});

/** The facts say nothing of these; they were v1 in all but their name when that came. */
const unknownVersions = ["io.k8s.api.batch.v1beta1.", "io.k8s.api.authentication.v1beta1."];

/** Old types are walked by their own names: what is the same in several versions is declared once. */
function oldDifferences(shape: ObjectShape, name: string, old: ReadonlyMap<string, TypeFacts>): readonly string[] {
  const facts = old.get(name);
  if (facts === undefined) return [`${name}: is not known`];
  const scope = name.slice(0, name.lastIndexOf(".") + 1);
  const seen = new Set<string>();
  const differences = [...facts].flatMap(([field, { number, type }]) => {
    const key = Object.keys(shape.fields).find((one) => one.toLowerCase() === field.toLowerCase());
    const inner = `${scope}${type.replace("[]", "")}`;
    if (key === undefined) {
      const flat = Object.entries(shape.fields).filter(([, { within }]) => within === number);
      for (const [one] of flat) seen.add(one);
      if (flat.length === 0) return [`${name}.${field}: is missing`];
      const fields = Object.fromEntries(flat.map(([one, rest]) => [one, { ...rest, within: undefined }]));
      return oldDifferences({ ...shape, fields }, inner, old);
    }
    seen.add(key);
    const declared = shape.fields[key];
    if (declared === undefined || declared.number !== number)
      return [`${name}.${field}: the number is ${declared?.number}, in Kubernetes ${number}`];
    const part = partOf(declared.type);
    return part === undefined || !old.has(inner) ? [] : oldDifferences(part, inner, old);
  });
  const strange = Object.keys(shape.fields).filter((one) => !seen.has(one));
  return [...differences, ...strange.map((one) => `${name}.${one}: does not exist`)];
}

function partOf({ shape }: AnyType): ObjectShape | undefined {
  if (shape.is === "list") return partOf(shape.of);
  return shape.is === "object" ? shape : undefined;
}

function declaredTypes(): ReadonlySet<ObjectShape> {
  const found = new Set<ObjectShape>();
  const visit = ({ shape }: AnyType): void => {
    if (shape.is === "list" || shape.is === "map") visit(shape.of);
    if (shape.is !== "object" || found.has(shape)) return;
    found.add(shape);
    for (const { type } of Object.values(shape.fields)) visit(type);
  };
  for (const { type } of [...kinds, ...reviews, ...bodyTypes]) visit(type);
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
