import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { walker } from "#core/ruleset/walk.ts";
import { showChains } from "./iptables-world.ts";
import { endsAsSaid } from "./packets.ts";
import {
  chainsOf,
  flowsOf,
  iptablesWalkerOf,
  objectsOf,
  root,
  scenarioNames,
  tableOf,
  walkableOf,
  walked,
} from "./scenario.ts";
import { makeWorld, type World } from "./world.ts";

/** Renews the goldens: `PORTOLAN_RENEW=1 npm test`. */
const renew = process.env.PORTOLAN_RENEW === "1";

for (const name of scenarioNames) {
  test(`${name}: a walk through the rules ends where flows.txt says, in either mode`, () => {
    const objects = objectsOf(name);
    const walks = [walker(walkableOf(tableOf(objects))), iptablesWalkerOf(chainsOf(objects))];
    for (const walk of walks)
      for (const flow of flowsOf(name)) assert.deepEqual(walked(walk, flow), flow.ends, flow.line);
  });
  test(`${name}: the rules' texts are ruleset.nft and ruleset.iptables`, () => {
    const objects = objectsOf(name);
    const texts = { nft: tableOf(objects).printAll(), iptables: showChains(chainsOf(objects)) };
    for (const [kind, text] of Object.entries(texts)) {
      const file = `${root}${name}/ruleset.${kind}`;
      if (renew) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"));
    }
  });
}

const noRoot = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";

suite("in the kernel, nftables", { skip: noRoot }, () => {
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const name of scenarioNames) {
    test(`${name}: packets end where flows.txt says`, async () => {
      await world.load(readFileSync(`${root}${name}/ruleset.nft`, "utf8"));
      await world.exec("nft", "list", "table", "inet", "portolan"); // which nft 1.0.6 dies of where a type is strange
      await endsAsSaid(world, flowsOf(name));
    });
  }
});
