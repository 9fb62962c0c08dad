import assert from "node:assert/strict";
import test from "node:test";
import { bodyTypes, kinds, reviews } from "#api/kinds.ts";
import { read, readObject } from "#machinery/decode.ts";
import { openEnvelope, sealEnvelope } from "#machinery/envelope.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { applyStrategicMerge } from "#machinery/patch/strategic-merge.ts";
import { Garbled } from "#machinery/protobuf/reader.ts";
import { decodeProtobuf, encodeProtobuf } from "#machinery/protobuf.ts";
import { type AnyType, type ObjectShape, objectShape } from "#machinery/schema.ts";
import { tableOf } from "#machinery/table.ts";
import { problemsOf, updateProblemsOf } from "#machinery/validate.ts";
import { seeded } from "../harness/seeded.ts";
import { generate } from "./generate.ts";

// One suite for all kinds: a new one is tested by existing.

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
const now = Date.parse("2026-11-21T00:00:00Z");

function readGood(type: AnyType, json: unknown): unknown {
  const result = read(type, json);
  assert(result.kind === "read", result.kind === "mismatch" ? result.message : "");
  assert.deepEqual(result.unknown, []);
  return result.object;
}

for (const kind of kinds) {
  const name = `${apiVersionOf(kind)} ${kind.kind}`;
  const samples = seeds.map((seed) => ({ seed, object: readGood(kind.type, sample(kind.type, seed)) }));

  test(`${name}: what was read is read again unchanged`, () => {
    for (const { seed, object } of samples) assert.deepEqual(readGood(kind.type, object), object, `seed ${seed}`);
  });

  test(`${name}: nothing at all is read as an object with its defaults`, () => {
    const { object } = assertRead(readObject(kind, { apiVersion: apiVersionOf(kind), kind: kind.kind }));
    assert.deepEqual(readGood(kind.type, object), object);
  });

  test(`${name}: a field that doesn't exist is told with its path`, () => {
    const result = assertRead(readObject(kind, { metadata: { nam: "x" }, speck: {} }));
    assert.deepEqual(result.unknown, ['unknown field "metadata.nam"', 'unknown field "speck"']);
  });

  test(`${name}: a value of another type is refused in Go's words`, () =>
    assert.deepEqual(readObject(kind, { metadata: { name: 7 } }), {
      kind: "mismatch",
      message: "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string",
    }));

  test(`${name}: protobuf carries everything there and back`, () => {
    for (const { seed, object } of samples) {
      const back = decodeProtobuf(kind.type, encodeProtobuf(kind.type, object));
      assert.deepEqual(readGood(kind.type, back), object, `seed ${seed}`);
    }
  });

  test(`${name}: a body in an envelope says what it holds`, () => {
    const names = { apiVersion: apiVersionOf(kind), kind: kind.kind };
    const object = readGood(kind.type, { metadata: { name: "x" } });
    const body = sealEnvelope({ ...names, raw: encodeProtobuf(kind.type, object) });
    const { raw, ...said } = openEnvelope(body);
    assert.deepEqual([said, readGood(kind.type, decodeProtobuf(kind.type, raw))], [names, object]);
  });

  test(`${name}: damaged protobuf is refused, or read as something else, but nothing worse`, () => {
    const random = seeded(7);
    for (const { object } of samples) {
      const bytes = encodeProtobuf(kind.type, object);
      for (let i = 0; i < 25 && bytes.length > 0; i++) {
        const damaged = bytes.slice(0, 1 + Math.floor(random() * bytes.length));
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
        attempt(() => read(kind.type, decodeProtobuf(kind.type, damaged)));
      }
    }
  });

  test(`${name}: every object can be judged, and keeps its form when defaults that depend on others come in`, () => {
    for (const { seed, object } of samples) {
      const derived = kind.derive(object);
      assert.deepEqual(kind.derive(derived), derived, `seed ${seed}`);
      assert.deepEqual(readGood(kind.type, derived), derived, `seed ${seed}`);
      problemsOf(kind, derived);
      updateProblemsOf(kind, derived, kind.derive(samples[0]?.object));
    }
  });

  test(`${name}: an object can be replaced by itself`, () => {
    for (const { seed, object } of samples) {
      const derived = kind.derive(object);
      const lasting = problemsOf({ ...kind, createRules: [] }, derived);
      assert.deepEqual(updateProblemsOf(kind, derived, derived), lasting, `seed ${seed}`);
    }
  });

  test(`${name}: every object has a row`, () => {
    const objects = samples.map(({ object }) => kind.derive(object));
    const table = tableOf(kind, objects, { now, includeObject: "None", version: "v1", metadata: {} });
    for (const { cells } of table.rows) {
      assert.equal(cells.length, table.columnDefinitions.length);
      for (const cell of cells) assert(["string", "number", "boolean"].includes(typeof cell));
    }
  });

  test(`${name}: its fields can be selected`, () => {
    for (const select of Object.values(kind.selectableFields))
      for (const { object } of samples) assert.equal(typeof select(object), "string");
  });
}

for (const { group, version, kind, type } of [...bodyTypes, ...reviews])
  test(`${apiVersionOf({ group, version })} ${kind}: protobuf carries everything there and back`, () => {
    for (const seed of seeds) {
      const object = readGood(type, generate(type, seeded(seed)));
      assert.deepEqual(readGood(type, decodeProtobuf(type, encodeProtobuf(type, object))), object, `seed ${seed}`);
    }
  });

for (const review of reviews)
  test(`${apiVersionOf(review)} ${review.kind}: every question is read again unchanged, and can be judged`, () => {
    for (const seed of seeds) {
      const question = readGood(review.type, generate(review.type, seeded(seed)));
      assert.deepEqual(readGood(review.type, question), question, `seed ${seed}`);
      for (const rule of review.rules) for (const { path } of rule(question)) assert.match(path, /^(spec|metadata)/);
    }
  });

for (const { owner, field, patchKey } of mergeLists())
  test(`strategic merge: ${owner.name.split(".").at(-1)}.${field} entry by entry`, () => {
    const type: AnyType = { shape: owner };
    const entry = (key: string): unknown => (patchKey === "" ? key : { [patchKey]: key });
    const order = `$setElementOrder/${field}`;
    const merged = applyStrategicMerge(
      type,
      { [field]: [entry("a"), entry("b")] },
      { [field]: [entry("c")], [order]: ["c", "b", "a"].map(entry) },
    );
    assert.deepEqual(merged, { [field]: ["c", "b", "a"].map(entry) });
    const removal =
      patchKey === ""
        ? { [`$deleteFromPrimitiveList/${field}`]: ["b"] }
        : { [field]: [{ [patchKey]: "b", $patch: "delete" }] };
    assert.deepEqual(applyStrategicMerge(type, merged, removal), { [field]: ["c", "a"].map(entry) });
  });

test("keys that mean something to JavaScript are only keys", () => {
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).includes("polluted"), false);
  const labels: unknown = JSON.parse('{"__proto__": "1", "constructor": "2", "toString": "3"}');
  for (const kind of kinds) {
    const { object } = assertRead(readObject(kind, { metadata: { labels } }));
    assert.match(JSON.stringify(object), /"__proto__":"1","constructor":"2","toString":"3"/);
  }
});

/** An object of a kind always has a name. */
function sample(type: AnyType, seed: number): unknown {
  const generated = Object(generate(type, seeded(seed)));
  return { ...generated, metadata: { ...generated.metadata, name: "x", creationTimestamp: "2026-01-02T03:04:05Z" } };
}

function assertRead(result: ReturnType<typeof readObject>): Extract<typeof result, { readonly kind: "read" }> {
  assert(result.kind === "read");
  return result;
}

function attempt(what: () => void): void {
  try {
    what();
  } catch (fault) {
    if (!(fault instanceof Garbled)) throw fault;
  }
}

/** Every list that strategic merge merges, once for each type that has it. */
function mergeLists(): readonly { readonly owner: ObjectShape; readonly field: string; readonly patchKey: string }[] {
  const seen = new Set<ObjectShape>();
  const visit = ({ shape }: AnyType): void => {
    if (shape.is === "list" || shape.is === "map") visit(shape.of);
    if (shape.is !== "object" || seen.has(shape)) return;
    seen.add(shape);
    for (const { type } of Object.values(shape.fields)) visit(type);
  };
  for (const { type } of kinds) visit({ shape: objectShape(type) });
  return [...seen].flatMap((owner) =>
    Object.entries(owner.fields).flatMap(([field, { type }]) =>
      type.shape.is === "list" && type.shape.merge.patchKey !== undefined
        ? [{ owner, field, patchKey: type.shape.merge.patchKey }]
        : [],
    ),
  );
}
