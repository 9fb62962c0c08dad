import assert from "node:assert/strict";
import { test } from "node:test";
import { discoveryFormat, firstAccepted, objectFormat, plainFormat } from "./negotiate.ts";

const table =
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

const objects: readonly (readonly [accept: string | undefined, expected: ReturnType<typeof objectFormat>])[] = [
  [undefined, { kind: "json" }],
  ["", { kind: "json" }],
  ["application/json", { kind: "json" }],
  ["application/json, */*", { kind: "json" }],
  ["*/*", { kind: "json" }],
  [table, { kind: "table", version: "v1", encoding: "json" }],
  [
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
    { kind: "table", version: "v1beta1", encoding: "json" },
  ],
  ["application/json;as=Table;v=v2;g=meta.k8s.io,application/json", { kind: "json" }],
  ["application/json;as=Table;v=v1;g=other.example", undefined],
  [
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    { kind: "metadata", version: "v1", isList: false, encoding: "json" },
  ],
  [
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    { kind: "metadata", version: "v1", isList: true, encoding: "json" },
  ],
  ["application/vnd.kubernetes.protobuf,application/json", { kind: "protobuf" }],
  ["application/vnd.kubernetes.protobuf;q=0.5,application/json", { kind: "json" }],
  ["*/*, application/vnd.kubernetes.protobuf", { kind: "protobuf" }],
  ["application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", undefined],
  [
    "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    { kind: "metadata", version: "v1", isList: false, encoding: "protobuf" },
  ],
  ["application/yaml", { kind: "yaml" }],
  ["application/yaml;q=0.5, application/json", { kind: "json" }],
  ["application/yaml;as=Table;v=v1;g=meta.k8s.io", { kind: "table", version: "v1", encoding: "yaml" }],
  ["text/html", undefined],
  ["application/json;q=0", undefined],
  ["text/html, application/json;q=0.5", { kind: "json" }],
];
for (const [accept, expected] of objects) {
  test(`an object for "${accept ?? "(no Accept)"}" is ${expected?.kind ?? "refused"}`, () =>
    assert.deepEqual(objectFormat(accept), expected));
}

const v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const v2beta1 = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
const discoveries: readonly (readonly [accept: string, expected: ReturnType<typeof discoveryFormat>])[] = [
  [`${v2},${v2beta1},application/json`, { kind: "aggregated", version: "v2" }],
  [`${v2beta1},application/json`, { kind: "aggregated", version: "v2beta1" }],
  ["application/json, */*", { kind: "json" }],
  ["application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,application/json", { kind: "json" }],
];
for (const [accept, expected] of discoveries) {
  test(`discovery for "${accept.slice(0, 70)}…" is the version that was asked for`, () =>
    assert.deepEqual(discoveryFormat(accept), expected));
}

test("documents that are JSON alone are no table", () => {
  assert.equal(plainFormat("application/json;as=Table;v=v1;g=meta.k8s.io"), undefined);
  assert.deepEqual(plainFormat("application/json"), { kind: "json" });
});

test("the first of several types that is accepted, in the client's order", () => {
  assert.equal(firstAccepted("b/x, a/x", ["a/x", "b/x"]), "b/x");
  assert.equal(firstAccepted("*/*", ["a/x", "b/x"]), "a/x");
  assert.equal(firstAccepted("b/*", ["a/x", "b/x"]), "b/x");
  assert.equal(firstAccepted(undefined, ["a/x"]), "a/x");
  assert.equal(firstAccepted("c/x", ["a/x"]), undefined);
});
