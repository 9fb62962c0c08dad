import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { type AddressesAsked, podAddresses } from "./pod-addresses.ts";

interface Row {
  readonly name: string;
  readonly block?: string;
  readonly wanted?: string;
  readonly taken?: readonly string[];
  readonly last?: string;
  readonly gets: string | undefined;
}
const rows: readonly Row[] = [
  { name: "the first pod gets the first address after the node's own", gets: "10.244.0.2" },
  { name: "the next one the next", last: "10.244.0.2", taken: ["10.244.0.2"], gets: "10.244.0.3" },
  { name: "an address that became free rests until all others were used", last: "10.244.0.5", gets: "10.244.0.6" },
  { name: "after the last comes the first", last: "10.244.0.6", gets: "10.244.0.2" },
  { name: "taken ones are passed over", last: "10.244.0.2", taken: ["10.244.0.3"], gets: "10.244.0.4" },
  { name: "a pod gets its own back", wanted: "10.244.0.3", last: "10.244.0.5", gets: "10.244.0.3" },
  { name: "but not from another pod", wanted: "10.244.0.3", taken: ["10.244.0.3"], gets: "10.244.0.2" },
  { name: "nor one of another block", wanted: "10.9.0.3", gets: "10.244.0.2" },
  { name: "the last given out may be of an earlier block", last: "10.1.0.9", gets: "10.244.0.2" },
  {
    name: "none where all are taken",
    taken: ["1", "2", "3", "4", "5", "6"].map((n) => `10.244.0.${n}`),
    gets: undefined,
  },
  { name: "IPv6", block: "fd00::/64", last: "fd00::9", gets: "fd00::a" },
];
describe("a pod's address", () => {
  for (const { name, block = "10.244.0.0/29", wanted, taken = [], last, gets } of rows)
    test(name, () => {
      const given = podAddresses([mustCidr(block)], {
        wanted: wanted === undefined ? [] : [wanted],
        taken: new Set(taken),
        last: last === undefined ? [] : [mustIp(last)],
      });
      assert.equal(given.kind === "given" ? given.addresses[0]?.text : undefined, gets);
    });
});

const both = ["10.244.0.0/29", "fd00::/64"].map(mustCidr);
const none = { wanted: [], taken: new Set<string>(), last: [] };

test("a pod of a node with two blocks has an address of each, in their order", () => {
  const told = (asked: Partial<AddressesAsked>) => {
    const given = podAddresses(both, { ...none, ...asked });
    return given.kind === "given" ? given.addresses.map(({ text }) => text) : given.block.text;
  };
  assert.deepEqual(told({}), ["10.244.0.2", "fd00::2"]);
  assert.deepEqual(told({ last: [mustIp("fd00::7"), mustIp("10.244.0.3")] }), ["10.244.0.4", "fd00::8"]);
  assert.deepEqual(told({ wanted: ["10.244.0.5", "fd00::5"] }), ["10.244.0.5", "fd00::5"]);
  assert.deepEqual(told({ wanted: ["fd00::5"], taken: new Set(["10.244.0.2"]) }), ["10.244.0.3", "fd00::5"]);
  assert.equal(told({ taken: new Set([2, 3, 4, 5, 6].map((last) => `10.244.0.${last}`)) }), "10.244.0.0/29");
});
