import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type FileRun, runFile } from "./run-file.ts";

const scratch = mkdtempSync(`${tmpdir()}/portolan-run-`);
after(() => rmSync(scratch, { recursive: true }));

const imports = `
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { after, describe, test } from "node:test";
`;

const cases: readonly { readonly name: string; readonly text: string; readonly told: readonly string[] }[] = [
  { name: "a test that passes", text: 'test("fits", () => {});', told: ["passed fits: "] },
  {
    name: "a failure inside a suite, told once",
    text: 'describe("door", () => { test("opens", () => {}); test("shuts", () => { throw "no"; }); });',
    told: ["passed door > opens: ", "failed door > shuts: 'no'"],
  },
  {
    name: "reasons of tests left out, alone, from within, and as a suite",
    text: `test("a", { skip: "no nft" }, () => {});
      test("b", (t) => t.skip("no root"));
      describe("c", { skip: "no kubectl" }, () => { test("d", () => {}); });`,
    told: ["skipped a: no nft", "skipped b: no root", "skipped c: no kubectl"],
  },
  {
    name: "what tests print does not disturb",
    text: 'console.log("{}"); test("fits", () => {});',
    told: ["passed fits: "],
  },
  { name: "a file without tests", text: "", told: ["failed the file as a whole: declares no test"] },
  {
    name: "a file that ends badly after its tests",
    text: 'test("fits", () => {}); process.on("exit", () => { process.exitCode = 3; });',
    told: ["passed fits: ", "failed the file as a whole: ended with code 3"],
  },
  {
    name: "a program that a test leaves running",
    text: 'test("fits", () => { spawn("sleep", ["60"], { stdio: "ignore" }).unref(); });',
    told: ["passed fits: ", "failed the file as a whole: left processes running"],
  },
];

for (const [index, { name, text, told }] of cases.entries()) {
  test(`the runner tells of ${name}`, async () => {
    const run = await runText(`case-${index}`, text, new AbortController().signal);
    assert.deepEqual(
      run.results.map((result) => `${result.outcome} ${result.name}: ${result.why}`),
      told,
    );
  });
}

test("an interrupted file takes away what it made", async () => {
  const interrupt = new AbortController();
  const made = `${scratch}/made`;
  const text = `
    test("hangs", async () => {
      const { heldUntilInterrupted } = await import("${import.meta.dirname}/../harness/interruption.ts");
      await using held = heldUntilInterrupted({ [Symbol.asyncDispose]: async () => writeFileSync("${made}.gone", "") });
      writeFileSync("${made}", "");
      setInterval(() => {}, 1000);
      await new Promise(() => {});
    });`;
  const running = runText("interrupted", text, interrupt.signal);
  await eventually("the test to begin", () => existsSync(made), { seconds: 20 });
  interrupt.abort();
  const { results } = await running;
  assert.deepEqual(
    results.map(({ why }) => why),
    ["interrupted"],
  );
  assert.ok(existsSync(`${made}.gone`));
});

function runText(name: string, text: string, signal: AbortSignal): Promise<FileRun> {
  const folder = `${scratch}/${name}`;
  mkdirSync(folder);
  writeFileSync(`${folder}/it.test.ts`, `${imports}${text}`);
  return runFile("it.test.ts", { root: folder, scratch: folder, signal });
}
