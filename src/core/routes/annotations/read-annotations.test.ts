import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnnotations } from "./read-annotations.ts";
import { defaults, ingress, lookups } from "./specimens.ts";

test("an Ingress without annotations has the defaults", () => {
  assert.deepEqual(readAnnotations(ingress({}), lookups()), {
    ...defaults,
    usesPatterns: false,
    canary: undefined,
    tlsPassthrough: false,
    aliases: [],
    redirectsWww: false,
    appRoot: undefined,
    redirect: undefined,
    serviceUpstream: false,
    fallbackService: undefined,
    reads: [],
    findings: [],
    failsClosed: false,
  });
});
