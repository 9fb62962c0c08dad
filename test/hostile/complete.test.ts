import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { httpRows } from "./http-rows.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
const numbersIn = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map(([, number]) => Number(number));

test("every row of the list has a test, and every test is of a row", () => {
  const rows = new Set(numbersIn(read("README.md"), /^\| (\d+) \|/gm));
  const tests = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  tests.push("../cluster/copies.test.ts"); // what kubectl's own archives are needs a cluster
  const tested = new Set(tests.flatMap((name) => numbersIn(read(name), /(?:\[\s*|test\(["`])(\d\d)(?:,|:)/g)));
  const ofHttp = new Set(httpRows.map(({ row }) => row));
  assert.deepEqual([...tested, ...ofHttp].sort(), [...rows].sort());
  assert.equal(rows.size, 46);
});
