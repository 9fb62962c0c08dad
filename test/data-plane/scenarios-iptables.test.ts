import { readFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { findProgram } from "../harness/programs.ts";
import { endsAsSaid } from "./packets.ts";
import { chainsOf, flowsOf, objectsOf, root, scenarioNames } from "./scenario.ts";
import { makeWorld, type World } from "./world.ts";

const noRoot = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";
const noIptables = findProgram("iptables-restore", "iptables") === undefined ? "needs iptables" : false;

suite("in the kernel, iptables", { skip: noRoot || noIptables }, () => {
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const name of scenarioNames) {
    test(`${name}: packets end where flows.txt says`, async () => {
      await world.iptables.test(readFileSync(`${root}${name}/ruleset.iptables`, "utf8"));
      const chains = chainsOf(objectsOf(name));
      // From the rules of the scenario before to those of this one, as a proxy does that starts.
      await world.iptables.becomes(chains);
      await endsAsSaid(world, flowsOf(name));
    });
  }
});
