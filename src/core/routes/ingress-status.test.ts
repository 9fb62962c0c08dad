import assert from "node:assert/strict";
import { test } from "node:test";
import { hasWrittenAddresses } from "./ingress-status.ts";
import { ingressOf } from "./specimens.ts";

const addresses = { "f:status": { "f:loadBalancer": { "f:ingress": {} } } };
const rows = [
  ["who has written the addresses", { manager: "we", subresource: "status", fieldsV1: addresses }, true],
  ["somebody else", { manager: "they", subresource: "status", fieldsV1: addresses }, false],
  [
    "who has written something else there",
    { manager: "we", subresource: "status", fieldsV1: { "f:status": {} } },
    false,
  ],
  ["who has written the spec", { manager: "we", fieldsV1: { "f:spec": {} } }, false],
  ["who has written nothing to be seen", { manager: "we", subresource: "status" }, false],
] as const;
for (const [name, entry, isWriter] of rows)
  test(`${name}: ${isWriter}`, () => {
    const { metadata, ...rest } = ingressOf("x: a.example/=web:80");
    assert.equal(hasWrittenAddresses({ ...rest, metadata: { ...metadata, managedFields: [entry] } }, "we"), isWriter);
    assert.equal(hasWrittenAddresses({ ...rest, metadata }, "we"), false);
  });
