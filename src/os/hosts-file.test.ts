import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeHostsBlock, withBlock, writeHostsBlock } from "./hosts-file.ts";

const own = "127.0.0.1 localhost\n::1 localhost\n";
const block = (holder: string, ...lines: readonly string[]): string =>
  [`# ${holder}: written while its cluster runs`, ...lines, `# ${holder}: end`, ""].join("\n");

for (const [name, before, lines, after] of [
  ["a block comes at the end", own, ["192.0.2.1 a"], own + block("ptl", "192.0.2.1 a")],
  ["a last line without an end gets one", "1.2.3.4 x", ["192.0.2.1 a"], `1.2.3.4 x\n${block("ptl", "192.0.2.1 a")}`],
  ["it is replaced", own + block("ptl", "192.0.2.9 z"), ["192.0.2.1 a"], own + block("ptl", "192.0.2.1 a")],
  ["it goes", own + block("ptl", "192.0.2.9 z"), [], own],
  ["another's stays", own + block("ptl2", "192.0.2.9 z"), [], own + block("ptl2", "192.0.2.9 z")],
  ["what was written below it stays", `${block("ptl", "192.0.2.9 z")}10.0.0.1 later\n`, [], "10.0.0.1 later\n"],
  ["nothing changes where there is nothing", own, [], own],
  ["an empty file", "", ["192.0.2.1 a"], block("ptl", "192.0.2.1 a")],
] as const)
  test(`hosts file: ${name}`, () => assert.equal(withBlock(before, "ptl", lines), after));

test("a hosts file is replaced as a whole, and is as it was when the block is gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-hosts-"));
  const file = join(folder, "hosts");
  writeFileSync(file, own);
  await writeHostsBlock({ file, holder: "ptl" }, ["192.0.2.1 a"]);
  assert.equal(readFileSync(file, "utf8"), own + block("ptl", "192.0.2.1 a"));
  await removeHostsBlock({ file, holder: "ptl" });
  assert.equal(readFileSync(file, "utf8"), own);
  assert.deepEqual(readdirSync(folder), ["hosts"]);
  await removeHostsBlock({ file: join(folder, "no such file"), holder: "ptl" });
  rmSync(folder, { recursive: true });
});
