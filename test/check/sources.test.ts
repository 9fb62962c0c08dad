import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { exportProblems } from "./exports.ts";
import { readSources, type Source } from "./sources.ts";

const root = mkdtempSync(`${tmpdir()}/portolan-check-`);
after(() => rmSync(root, { recursive: true }));

const effectCases = {
  "export const now = () => Date.now();": ["Date.now"],
  "export const now = () => new Date();": ["new Date()"],
  "export const then = (ms: number) => new Date(ms);": [],
  "export const chance = () => Math.random() + Math.abs(-1);": ["Math.random"],
  "export const later = (f: () => void) => setTimeout(f, 1);": ["setTimeout"],
  "export async function late() { await 1; }": ["async", "await"],
  "export const home = () => process.env.HOME;": ["process"],
  "export const ends = (process: { end: number }) => process.end;": [],
  "export const told = { console: 1, fetch: 2 }.console;": [],
  "export interface Clock { readonly performance: number }": [],
} as const;

/** One of each thing that is counted: its `any` and `as` are text to be counted, and no code of ours. */
const facts = `import type { A } from "./a.ts";
export const any: any = 1 as unknown;
export const fixed = [1] as const;
export function first(): void {
  try {
    first();
  } catch (error) {
    throw error;
  }
}
export const second = (a: A) =>
  a;
export const third = [1].map((n) => n);
`;

const texts = [...Object.keys(effectCases), facts];
const sources = readAll(texts);

for (const [index, [text, effects]] of Object.entries(effectCases).entries()) {
  test(`effects of ${text}`, () => {
    assert.deepEqual(
      sources[index]?.effects.map(({ name }) => name),
      effects,
    );
  });
}

test("imports, functions and escapes are found, `as const` is none", () => {
  const source = sources.at(-1);
  assert.deepEqual(source?.imports, [{ specifier: "./a.ts", target: "src/a.ts", line: 1 }]);
  assert.deepEqual(source?.escapes, { any: 1, as: 1, catch: 1 });
  assert.deepEqual(source?.functions, [
    { name: "first", line: 4, lines: 7 },
    { name: "second", line: 11, lines: 2 },
    { name: "", line: 13, lines: 1 },
  ]);
});

function readAll(contents: readonly string[]): readonly (Source | undefined)[] {
  mkdirSync(`${root}/src`);
  writeFileSync(`${root}/tsconfig.json`, '{ "include": ["src"] }');
  const paths = contents.map((content, index) => {
    writeFileSync(`${root}/src/case-${index}.ts`, content);
    return `src/case-${index}.ts`;
  });
  const found = new Map(readSources(root).map((source) => [source.path, source]));
  return paths.map((path) => found.get(path));
}

test("what is offered is what is exported and has a value", () => {
  const offered = (sources.at(-1)?.exports ?? []).map(({ name }) => name);
  assert.deepEqual(offered, ["any", "fixed", "first", "second", "third"]);
});

test("an export that no other file names is a problem; a type, or what a test uses, is none", () => {
  const one = {
    path: "src/a.ts",
    exports: [
      { name: "used", line: 1 },
      { name: "dead", line: 2 },
    ],
    names: new Set(["dead"]),
  };
  const other = { path: "test/b.ts", exports: [{ name: "alone", line: 1 }], names: new Set(["used"]) };
  assert.deepEqual(exportProblems([one, other]), [
    { where: "src/a.ts:2", what: "nobody else uses dead: it needs no export" },
  ]);
});
