import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../default-settings.ts";
import { readAnnotations } from "./read-annotations.ts";
import { ingress, lookups } from "./specimens.ts";

test("an Ingress without annotations has the defaults", () => {
  assert.deepEqual(readAnnotations(ingress({}), lookups()), defaultSettings);
});
