import assert from "node:assert/strict";
import test from "node:test";
import { docs } from "#api/docs.ts";
import { bodyTypes, builtIn, kinds, reviews } from "#api/kinds.ts";
import type { AnyType, ObjectShape } from "#machinery/schema.ts";

/** Every object type that somebody can ask `kubectl explain` about, by name. */
function reachable(types: readonly AnyType[]): ReadonlyMap<string, ObjectShape> {
  const found = new Map<string, ObjectShape>();
  const visit = ({ shape }: AnyType): void => {
    if (shape.is === "list" || shape.is === "map") visit(shape.of);
    else if (shape.is === "lazy") visit(shape.to());
    else if (shape.is === "object" && !found.has(shape.name)) {
      found.set(shape.name, shape);
      for (const { type } of Object.values(shape.fields)) visit(type);
    }
  };
  for (const type of types) visit(type);
  return found;
}

interface Sentence {
  readonly text: string;
  /** As in `Service.spec`; `Service` for the type itself. */
  readonly of: string;
  /** "" for the type itself. */
  readonly field: string;
}

const types = reachable([...builtIn.served, ...builtIn.reviews, ...bodyTypes].map(({ type }) => type));
const shortName = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const sentences: readonly Sentence[] = [...types].flatMap(([name, { fields }]) =>
  ["", ...Object.keys(fields)].map((field) => ({
    text: docs.get(name)?.[field] ?? "",
    of: field === "" ? shortName(name) : `${shortName(name)}.${field}`,
    field,
  })),
);
const namesOf = (some: readonly Sentence[]): readonly string[] => some.map(({ of, text }) => `${of}: ${text}`);

/** The words of a sentence that say something; those of a name like `hostPath` are `host` and `path`. */
const words = (text: string): readonly string[] =>
  (
    text
      .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).filter(
    (word) =>
      !["the", "a", "an", "its", "it", "s", "of", "is", "this", "that", "what", "called", "name"].includes(word),
  );

test("every type and every field that a client can meet is described", () => {
  assert.deepEqual(namesOf(sentences.filter(({ text }) => text === "")), []);
  assert(sentences.length > 1500, `${sentences.length} sentences`);
});

test("nothing is described that isn't there", () => {
  const gone = [...docs].flatMap(([name, doc]) =>
    Object.keys(doc).filter((field) => field !== "" && types.get(name)?.fields[field] === undefined),
  );
  assert.deepEqual(gone, []);
});

test("a description is a sentence: four words at least, a capital or a name at its beginning, a full stop at its end", () => {
  const fragments = sentences.filter(
    ({ text }) => text.split(/\s+/).length < 4 || !/[.…]$/.test(text) || text !== text.trim(),
  );
  assert.deepEqual(namesOf(fragments), []);
});

test("a description says more than the field's own name does", () => {
  const echoes = sentences.filter(({ text, field, of }) => {
    const known = words(field === "" ? of : field);
    return words(text).every((word) => known.includes(word) || known.includes(word.replace(/s$/, "")));
  });
  assert.deepEqual(namesOf(echoes), []);
});

test("a field says something else than its type does, so that explain doesn't say it twice", () => {
  const twice = [...types].flatMap(([name, { fields }]) =>
    Object.entries(fields).flatMap(([field, { type }]) => {
      const inner = type.shape.is === "list" || type.shape.is === "map" ? type.shape.of.shape : type.shape;
      const same = inner.is === "object" && docs.get(inner.name)?.[""] === docs.get(name)?.[field];
      return same ? [`${shortName(name)}.${field}: ${docs.get(name)?.[field]}`] : [];
    }),
  );
  assert.deepEqual(twice, []);
});

test("no sentence serves three fields of different names", () => {
  const shared = [...Map.groupBy(sentences, ({ text }) => text)].filter(
    ([, some]) =>
      new Set(some.map(({ field }) => field)).size > 2 && !some.every(({ of }) => of.startsWith("EphemeralContainer")),
  );
  assert.deepEqual(
    shared.map(([text, some]) => `${text} ${some.map(({ of }) => of).join(", ")}`),
    [],
  );
});

test("metadata, spec and status of a kind speak of that kind alone", () => {
  const told = [...kinds, ...reviews.filter(({ version }) => version === "v1")].flatMap(({ kind, type: { shape } }) => {
    if (shape.is !== "object") return [];
    return ["metadata", "spec", "status"]
      .filter((field) => field in shape.fields)
      .map((field) => ({ of: `${kind}.${field}`, field, text: docs.get(shape.name)?.[field] ?? "" }));
  });
  const shared = [...Map.groupBy(told, ({ text }) => text).values()].filter((some) => some.length > 1);
  assert.deepEqual(shared.map(namesOf), []);
});
