import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));

/** Codes of fault classes, and those of the one class that has many. */
function codesInSource(): ReadonlySet<string> {
  const own = sources.flatMap((text) => [...text.matchAll(/readonly code = "(\w+)"/g)].map(([, code]) => code ?? ""));
  const union = sources
    .map((text) => /export type FaultCode =([^;]*);/.exec(text)?.[1])
    .find((text) => text !== undefined);
  return new Set([...own, ...[...(union ?? "").matchAll(/"(\w+)"/g)].map(([, code]) => code ?? "")]);
}

test("the reference names every error code, and no other", () => {
  const page = readFileSync(join(root, "docs/reference/errors.md"), "utf8");
  const documented = new Set([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code ?? ""));
  assert.deepEqual([...codesInSource()].toSorted(), [...documented].toSorted());
});

test("every error code arises somewhere", () => {
  const uses = (code: string): number => sources.reduce((sum, text) => sum + text.split(`"${code}"`).length - 1, 0);
  const own = (code: string): boolean => sources.some((text) => text.includes(`readonly code = "${code}"`));
  assert.deepEqual(
    [...codesInSource()].filter((code) => !own(code) && uses(code) < 2),
    [],
  );
});
