import assert from "node:assert/strict";
import { test } from "node:test";
import { passageThrough, readFirewall } from "./foreign-firewall.ts";

const chain = (table: string, name: string, rest: object = {}) => ({ chain: { family: "ip", table, name, ...rest } });
const forward = (policy: string) => ({ type: "filter", hook: "forward", prio: 0, policy });
const block = "10.244.0.0/16";

const cases = [
  { name: "no other table", chains: [], kind: "free" },
  { name: "our own table", chains: [chain("portolan", "forward", forward("drop"))], kind: "free" },
  { name: "a table that accepts", chains: [chain("filter", "FORWARD", forward("accept"))], kind: "free" },
  {
    name: "Docker",
    chains: [chain("filter", "FORWARD", forward("drop")), chain("filter", "DOCKER-USER")],
    owner: "Docker",
  },
  {
    name: "ufw",
    chains: [chain("filter", "FORWARD", forward("drop")), chain("filter", "ufw-before-forward")],
    owner: "ufw",
  },
  {
    name: "firewalld, which rejects by a rule",
    chains: [chain("firewalld", "filter_FORWARD", forward("accept"))],
    owner: "firewalld",
  },
  { name: "a table that nobody knows", chains: [chain("mine", "fwd", forward("drop"))], kind: "tell" },
] as const;

for (const one of cases) {
  test(`the way through another firewall: ${one.name}`, () => {
    const passage = passageThrough(readFirewall({ nftables: [{ metainfo: {} }, ...one.chains] }), block);
    if ("owner" in one) {
      assert.equal(passage.kind === "rules" && passage.owner, one.owner);
      assert.ok(
        passage.kind === "rules" &&
          passage.rules.every(({ add, undo }) => add.includes(block) || undo.join().includes(block)),
      );
    } else assert.equal(passage.kind, one.kind);
  });
}

test("where no place is known for such rules, the sentence names the command", () => {
  const passage = passageThrough(readFirewall({ nftables: [chain("mine", "fwd", forward("drop"))] }), block);
  assert.match(
    passage.kind === "tell" ? passage.sentence : "",
    /nft insert rule ip mine fwd ip saddr 10\.244\.0\.0\/16 accept/,
  );
});
