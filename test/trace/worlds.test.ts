import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { showStory } from "#core/trace/show.ts";
import type { Story } from "#core/trace/story.ts";
import { parseFrom, parseTarget } from "#core/trace/target.ts";
import { traceOf } from "#core/trace/trace.ts";
import { readWorldFile } from "./told-world.ts";

const folder = new URL("worlds/", import.meta.url).pathname;
/** Renews the goldens: `PORTOLAN_RENEW=1 npm test`. */
const renew = process.env.PORTOLAN_RENEW === "1";

for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
  const name = file.replace(/\.yaml$/, "");
  test(`${name.replaceAll("-", " ")}: the story is told as in ${name}.txt`, () => {
    const story = storyOf(readFileSync(`${folder}${file}`, "utf8"));
    const golden = `${folder}${name}.txt`;
    const text = showStory(story);
    if (renew) writeFileSync(golden, text);
    assert.equal(text, existsSync(golden) ? readFileSync(golden, "utf8") : "(no golden yet)");
    assert.equal(story.outcome === "passes", text.includes("\nreaches "));
  });
}

function storyOf(text: string): Story {
  const { args, world } = readWorldFile(text);
  const [wanted = "", flag, by = "outside"] = args;
  assert.ok(flag === undefined || flag === "--from", `not understood: ${args.join(" ")}`);
  const [target, from] = [parseTarget(wanted, "default"), parseFrom(by, "default")];
  assert.ok(target.kind === "understood" && from.kind === "understood", args.join(" "));
  return traceOf(target.value, from.value, world);
}
