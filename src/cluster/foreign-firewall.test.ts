import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { passagesThrough, readFirewall } from "./foreign-firewall.ts";

const chain = (table: string, name: string, rest: object = {}) => ({ chain: { family: "ip", table, name, ...rest } });
const at = (hook: string, policy: string) => ({ type: "filter", hook, prio: 0, policy });
const block = mustCidr("10.244.0.0/16");

const cases: readonly {
  readonly name: string;
  readonly chains: readonly object[];
  readonly passages: readonly string[];
}[] = [
  { name: "no other table", chains: [], passages: [] },
  { name: "our own table", chains: [chain("portolan", "forward", at("forward", "drop"))], passages: [] },
  { name: "a table that accepts", chains: [chain("filter", "FORWARD", at("forward", "accept"))], passages: [] },
  {
    name: "a bridge's table",
    chains: [{ chain: { family: "bridge", table: "b", name: "f", ...at("forward", "drop") } }],
    passages: [],
  },
  {
    name: "Docker",
    chains: [chain("filter", "FORWARD", at("forward", "drop")), chain("filter", "DOCKER-USER")],
    passages: [
      "iptables -w -I DOCKER-USER -s 10.244.0.0/16 -m comment --comment portolan -j ACCEPT",
      "iptables -w -I DOCKER-USER -d 10.244.0.0/16 -m comment --comment portolan -j ACCEPT",
    ],
  },
  {
    name: "ufw, which drops what comes in too",
    chains: [
      chain("filter", "INPUT", at("input", "drop")),
      chain("filter", "FORWARD", at("forward", "drop")),
      chain("filter", "ufw-before-forward"),
    ],
    passages: [
      "ufw allow from 10.244.0.0/16",
      "ufw route allow from 10.244.0.0/16",
      "ufw route allow to 10.244.0.0/16",
    ],
  },
  {
    name: "firewalld, which rejects by a rule",
    chains: [chain("firewalld", "filter_FORWARD", at("forward", "accept"))],
    passages: ["firewall-cmd --zone=trusted --add-source=10.244.0.0/16"],
  },
  {
    name: "a table that nobody knows, beside Docker's",
    chains: [
      chain("filter", "FORWARD", at("forward", "drop")),
      chain("filter", "DOCKER-USER"),
      chain("mine", "fwd", at("forward", "drop")),
    ],
    passages: [
      "iptables -w -I DOCKER-USER -s 10.244.0.0/16 -m comment --comment portolan -j ACCEPT",
      "iptables -w -I DOCKER-USER -d 10.244.0.0/16 -m comment --comment portolan -j ACCEPT",
      "the table ip mine of this machine drops packets that it does not know (chain fwd), also those between pods; let them pass: nft insert rule ip mine fwd ip saddr 10.244.0.0/16 accept && nft insert rule ip mine fwd ip daddr 10.244.0.0/16 accept",
    ],
  },
  {
    name: "a table that drops what comes in",
    chains: [chain("mine", "in", at("input", "drop"))],
    passages: [
      "the table ip mine of this machine drops packets that it does not know (chain in), also those from pods to this machine, such as their questions for names; let them pass: nft insert rule ip mine in ip saddr 10.244.0.0/16 accept",
    ],
  },
];

for (const { name, chains, passages } of cases) {
  test(`the way through another firewall: ${name}`, () => {
    const found = passagesThrough(readFirewall({ nftables: [{ metainfo: {} }, ...chains] }, block.family), block);
    assert.deepEqual(
      found.flatMap((one) => (one.kind === "tell" ? [one.sentence] : one.rules.map(({ add }) => add.join(" ")))),
      passages,
    );
  });
}
