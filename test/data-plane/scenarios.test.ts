import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { walker } from "#core/ruleset/walk.ts";
import { findProgram } from "../harness/programs.ts";
import { showChains } from "./iptables-world.ts";
import {
  chainsOf,
  type Flow,
  flowsOf,
  iptablesWalkerOf,
  objectsOf,
  root,
  showPlace,
  tableOf,
  walkableOf,
  walked,
} from "./scenario.ts";
import { makeWorld, nodeHost, type World } from "./world.ts";

/** Renews the goldens: `PORTOLAN_RENEW=1 npm test`. */
const renew = process.env.PORTOLAN_RENEW === "1";
const names = readdirSync(root, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
/** The kernel may have no SCTP sockets: such flows are judged by walking and by nft alone. */
const isSendable = ({ protocol }: Flow): boolean => protocol !== "SCTP";

for (const name of names) {
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
const noIptables = findProgram("iptables-restore", "iptables") === undefined ? "needs iptables" : false;

suite("in the kernel, nftables", { skip: noRoot }, () => {
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const name of names) {
    test(`${name}: packets end where flows.txt says`, async () => {
      await world.load(readFileSync(`${root}${name}/ruleset.nft`, "utf8"));
      await world.exec("nft", "list", "table", "inet", "portolan"); // which nft 1.0.6 dies of where a type is strange
      await endsAsSaid(world, name);
    });
  }
});

suite("in the kernel, iptables", { skip: noRoot || noIptables }, () => {
  let world: World;
  before(async () => {
    world = await makeWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  for (const name of names) {
    test(`${name}: packets end where flows.txt says`, async () => {
      await world.iptables.test(readFileSync(`${root}${name}/ruleset.iptables`, "utf8"));
      const chains = chainsOf(objectsOf(name));
      // From the rules of the scenario before to those of this one, as a proxy does that starts.
      await world.iptables.becomes(chains);
      await endsAsSaid(world, name);
    });
  }
});

async function endsAsSaid(world: World, name: string): Promise<void> {
  const sendable = flowsOf(name).filter(isSendable);
  const seen = await Promise.all(sendable.map(async (flow) => [flow.line, await sent(world, flow)] as const));
  for (const [i, [line, ends]] of seen.entries())
    for (const end of ends) assert.ok(sendable[i]?.ends.includes(end), `${line}\nwas seen to end: ${end}`);
}

/** Where real packets ended, in the words of `flows.txt`; each way of a lot is met sooner or later, but not in every run. */
async function sent(world: World, flow: Flow): Promise<readonly string[]> {
  const { from, to, port, protocol, ends } = flow;
  if (protocol === "SCTP") throw new TypeError("SCTP flows can't be sent");
  const dropped = ends.includes("drop");
  const times = dropped || ends.includes("reject") ? 1 : ends.length * 4;
  const said = await world.ask(from, { protocol, to, port, times, patienceMs: dropped ? 200 : 3000 });
  return said.map((one) => seenEnd(one, flow));
}

const ofNode = new Set([nodeHost.ipv4, nodeHost.ipv6, nodeHost.other4, nodeHost.other6]);

function seenEnd(said: string, { from, to, port: at, ends }: Flow): string {
  if (said === "timeout") return "drop";
  const toNode = ofNode.has(to) && ends.includes(showPlace(to, at));
  // Rules let it come to the node itself, where nobody listens.
  if (said === "ECONNREFUSED") return toNode ? showPlace(to, at) : "reject";
  const [server = "", port = "", peer = ""] = said.split(" ");
  const place = showPlace(server, Number(port));
  // Whom the node itself asks sees the node in any case, by one of its addresses.
  if (peer === from || (ofNode.has(from) && ofNode.has(peer))) return place;
  return ofNode.has(peer) ? `${place} as node` : `${place} as ${peer}`;
}
