import assert from "node:assert/strict";
import { test } from "node:test";
import { playSeeds } from "../seeds/play.ts";
import { asRoot } from "./as-root.ts";

test("every seed does what is expected of it", { ...asRoot, timeout: 180_000 }, async (t) => {
  const played = await playSeeds({ nodes: 1, proxyMode: "nftables" }, () => {});
  for (const { seed, outcome, story } of played) {
    await t.test(`${seed.file}: ${seed.expected}`, (one) => {
      if (outcome === "left out") one.skip(story);
      else assert.equal(outcome, "seen", story);
    });
  }
});
