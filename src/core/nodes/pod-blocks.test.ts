import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { blockSources, freeBlocks } from "./pod-blocks.ts";

const sizes = [
  { name: "the usual blocks", cluster: ["10.244.0.0/16", "fd00:10:244::/56"], nodes: 3, sizes: [24, 64] },
  { name: "a block that is one node's", cluster: ["10.244.7.0/24"], nodes: 1, sizes: [24] },
  { name: "a block that three nodes share", cluster: ["10.244.7.0/24"], nodes: 3, sizes: [26] },
  { name: "a small block of IPv6", cluster: ["fd00::/112"], nodes: 5, sizes: [115] },
] as const;
for (const { name, cluster, nodes, sizes: wanted } of sizes) {
  test(`how large a node's block is: ${name}`, () => {
    const sources = blockSources(cluster.map(mustCidr), nodes);
    assert.deepEqual(
      sources.map(({ prefixLength }) => prefixLength),
      wanted,
    );
  });
}

const cases = [
  { name: "the first node", cluster: ["10.244.0.0/16"], taken: [], given: ["10.244.0.0/24"] },
  {
    name: "a gap before others",
    cluster: ["10.244.0.0/16"],
    taken: ["10.244.0.0/24", "10.244.2.0/24"],
    given: ["10.244.1.0/24"],
  },
  {
    name: "a larger block of an earlier run",
    cluster: ["10.244.0.0/16"],
    taken: ["10.244.0.0/23"],
    given: ["10.244.2.0/24"],
  },
  {
    name: "each family by itself",
    cluster: ["fd00:10:244::/56", "10.244.0.0/16"],
    taken: ["10.244.0.0/24"],
    given: ["fd00:10:244::/64", "10.244.1.0/24"],
  },
  { name: "none is left", cluster: ["10.244.0.0/24"], taken: ["10.244.0.0/24"], given: undefined },
  {
    name: "one family has none left",
    cluster: ["10.244.0.0/16", "fd00::/64"],
    taken: ["fd00::/64"],
    given: undefined,
  },
] as const;
for (const { name, cluster, taken, given } of cases) {
  test(`which blocks a node gets: ${name}`, () => {
    const blocks = freeBlocks(blockSources(cluster.map(mustCidr), 1), taken.map(mustCidr));
    assert.deepEqual(
      blocks?.map(({ text }) => text),
      given,
    );
  });
}
