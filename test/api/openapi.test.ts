import assert from "node:assert/strict";
import test from "node:test";
import { docs } from "#api/docs.ts";
import { bodyTypes, builtIn } from "#api/kinds.ts";
import { encodeGnostic } from "#machinery/openapi/gnostic.ts";
import type { Schema } from "#machinery/openapi/schemas.ts";
import { openApiV2 } from "#machinery/openapi/v2.ts";
import { openApiV3, openApiV3Index, openApiV3Paths } from "#machinery/openapi/v3.ts";
import { fieldsOf, wholeOf } from "#machinery/protobuf/reader.ts";

const surface = { kinds: [...builtIn.served, ...builtIn.reviews], types: bodyTypes, docs, version: "v1.36.0" };

/** Every `$ref` in a document. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === "$ref" && typeof one === "string" ? [one] : refsIn(one),
  );
}
const at = (value: unknown, ...steps: readonly string[]): unknown =>
  steps.reduce<unknown>(
    (one, step) => (typeof one === "object" && one !== null ? Reflect.get(one, step) : undefined),
    value,
  );
const namesOf = (parameters: unknown): readonly unknown[] =>
  Array.isArray(parameters) ? parameters.map((one) => at(one, "name")) : [];

function assertRefsResolve(document: Schema, prefix: string, schemas: unknown): void {
  for (const ref of new Set(refsIn(document))) {
    assert(ref.startsWith(prefix), ref);
    assert.notEqual(at(schemas, ref.slice(prefix.length)), undefined, ref);
  }
}

for (const [path, groupVersion] of openApiV3Paths(surface))
  test(`OpenAPI v3 of ${path}: every reference resolves, every patch can be checked and rehearsed`, () => {
    const document = openApiV3(surface, groupVersion);
    assertRefsResolve(document, "#/components/schemas/", at(document, "components", "schemas"));
    for (const item of Object.values(at(document, "paths") ?? {})) {
      const patch = at(item, "patch");
      if (patch === undefined || at(patch, "x-kubernetes-action") === "connect") continue;
      for (const name of ["dryRun", "fieldValidation", "fieldManager"])
        assert(namesOf(at(patch, "parameters")).includes(name), name);
    }
  });

test("OpenAPI v2: every reference resolves, every kind has its place", () => {
  const document = openApiV2(surface);
  assertRefsResolve({ ...document }, "#/definitions/", document.definitions);
  const named = Object.values(document.definitions).flatMap(
    (schema) => schema["x-kubernetes-group-version-kind"] ?? [],
  );
  for (const { group, version, kind } of [...builtIn.served, ...builtIn.reviews, ...bodyTypes])
    assert(
      named.some((one) => at(one, "group") === group && at(one, "version") === version && at(one, "kind") === kind),
      kind,
    );
});

test("OpenAPI v2 as protobuf holds as many paths and definitions as the JSON", () => {
  const document = openApiV2(surface);
  const bytes = encodeGnostic(document);
  const parts = new Map([...fieldsOf(bytes, wholeOf(bytes))].map(({ number, content }) => [number, content]));
  const count = (number: number): number => {
    const span = parts.get(number);
    return span === undefined ? 0 : [...fieldsOf(bytes, span)].length;
  };
  assert.equal(count(8), Object.keys(document.paths).length);
  assert.equal(count(9), Object.keys(document.definitions).length);
});

test("OpenAPI v3: the index names each document with its hash", () => {
  const index = openApiV3Index(surface, (path) => `hash of ${path}`);
  assert.deepEqual(at(index, "paths", "apis/apps/v1"), {
    serverRelativeURL: "/openapi/v3/apis/apps/v1?hash=hash%20of%20apis%2Fapps%2Fv1",
  });
});

test("lists merge by the keys that kubectl reads from the documents", () => {
  const ports = at(openApiV2(surface).definitions, "io.k8s.api.core.v1.ServiceSpec", "properties", "ports");
  assert.deepEqual(
    [
      at(ports, "x-kubernetes-patch-merge-key"),
      at(ports, "x-kubernetes-patch-strategy"),
      at(ports, "x-kubernetes-list-map-keys"),
    ],
    ["port", "merge", ["port", "protocol"]],
  );
});

test("what this program acts on is described in both documents", () => {
  const v2 = at(
    openApiV2(surface).definitions,
    "io.k8s.api.core.v1.ServiceSpec",
    "properties",
    "clusterIP",
    "description",
  );
  const v3 = openApiV3(surface, { group: "", version: "v1" });
  const name = "io.k8s.api.core.v1.ServiceSpec";
  assert.match(String(v2), /headless/);
  assert.equal(at(v3, "components", "schemas", name, "properties", "clusterIP", "description"), v2);
});
