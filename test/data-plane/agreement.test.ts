import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { findProgram } from "../harness/programs.ts";
import { agreedFlows, sendSome } from "./agreement.ts";
import type { Flow } from "./scenario.ts";
import { makeWorld, type World } from "./world.ts";

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
/** A world takes the kernel some seconds; `agree.ts` sends in as many as one likes. */
const sentWorlds = 15;
const agreed = new Map<number, readonly Flow[]>();
const noRoot = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";
const noIptables = findProgram("iptables-restore", "iptables") === undefined ? "needs iptables" : false;

for (const seed of seeds)
  test(`seed ${seed}: rules of both modes and a trace say the same of every flow`, () => {
    agreed.set(seed, agreedFlows(seed));
    assert.ok((agreed.get(seed)?.length ?? 0) > 1000);
  });

suite("in the kernel", { skip: noRoot || noIptables, timeout: 300_000 }, () => {
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const seed of seeds.slice(0, sentWorlds))
    test(`seed ${seed}: packets end where the rules say, in both modes`, () =>
      sendSome(seed, agreed.get(seed) ?? agreedFlows(seed), world));
});
