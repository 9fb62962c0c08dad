import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const page = join(root, "docs/trace.md");
const worlds = join(root, "test/trace/worlds");

/** What the program says of a world, as the page shows it. */
function shown(name: string): string {
  const [first = ""] = readFileSync(join(worlds, `${name}.yaml`), "utf8").split("\n");
  const lines = [
    `$ ${first.slice(2)}`,
    ...readFileSync(join(worlds, `${name}.txt`), "utf8")
      .trimEnd()
      .split("\n"),
  ];
  return lines.map((line) => `    ${line}`.trimEnd()).join("\n");
}

// Renew the page with PORTOLAN_RENEW=1.
test("every story in docs/trace.md is the one that is told of its world", () => {
  const text = readFileSync(page, "utf8");
  const renewed = text.replaceAll(
    /<!-- ([a-z-]+) -->\n\n(?: {4}.*\n|\n(?= {4}))+/g,
    (_, name: string) => `<!-- ${name} -->\n\n${shown(name)}\n`,
  );
  if (process.env.PORTOLAN_RENEW === "1") writeFileSync(page, renewed);
  assert.equal(readFileSync(page, "utf8"), renewed);
  assert.ok([...text.matchAll(/<!-- [a-z-]+ -->/g)].length >= 5);
});
