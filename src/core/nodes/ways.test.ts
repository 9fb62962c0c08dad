import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { tunnelEnd, type Way, waysTo } from "./ways.ts";

const node = (name: string, addresses: readonly string[], podCidrs: readonly string[]) => ({
  name,
  addresses: addresses.map(mustIp),
  podCidrs: podCidrs.map(mustCidr),
});
const here = {
  name: "node-1",
  addresses: [mustIp("192.0.2.1"), mustIp("2001:db8::1")],
  networks: [mustCidr("192.0.2.0/24"), mustCidr("2001:db8::/64")],
};
const show = (way: Way): string =>
  way.kind === "direct"
    ? `${way.to.text} via ${way.via.text}`
    : `${way.to.text} in VXLAN to ${way.peer.text} ${way.mac}`;

const cases = [
  { name: "itself", to: node("node-1", ["192.0.2.1"], ["10.244.0.0/24"]), ways: [] },
  { name: "a neighbour", to: node("node-2", ["192.0.2.2"], ["10.244.1.0/24"]), ways: ["10.244.1.0/24 via 192.0.2.2"] },
  {
    name: "a node behind a router",
    to: node("node-2", ["198.51.100.2"], ["10.244.1.0/24"]),
    ways: ["10.244.1.0/24 in VXLAN to 198.51.100.2 0a:58:c6:33:64:02"],
  },
  {
    name: "a neighbour with both families",
    to: node("node-2", ["192.0.2.2", "2001:db8::2"], ["10.244.1.0/24", "fd00:10:244:1::/64"]),
    ways: ["10.244.1.0/24 via 192.0.2.2", "fd00:10:244:1::/64 via 2001:db8::2"],
  },
  {
    name: "pods of a family in which the node has no address",
    to: node("node-2", ["192.0.2.2"], ["fd00:10:244:1::/64"]),
    ways: ["fd00:10:244:1::/64 in VXLAN to 192.0.2.2 0a:58:c0:00:02:02"],
  },
  { name: "a node without addresses for its pods", to: node("node-2", ["192.0.2.2"], []), ways: [] },
  { name: "a node without an address", to: node("node-2", [], ["10.244.1.0/24"]), ways: [] },
  { name: "a node that claims our address", to: node("node-2", ["192.0.2.1"], ["10.244.1.0/24"]), ways: [] },
] as const;
for (const { name, to, ways } of cases) {
  test(`the way to pods of ${name}`, () => assert.deepEqual(waysTo(to, here).map(show), ways));
}

test("the tunnel's end is the same as others expect, and smaller than the link by its headers", () => {
  const end = tunnelEnd(node("node-2", ["198.51.100.2"], ["10.244.1.0/24"]), [mustCidr("10.244.0.0/16")], 1500);
  assert.equal(end?.mac, "0a:58:c6:33:64:02");
  assert.equal(end?.mtu, 1450);
  assert.deepEqual(
    end?.sources.map(({ text }) => text),
    ["10.244.1.0"],
  );
  const others = tunnelEnd(node("node-9", ["192.0.2.9"], ["10.244.9.0/24"]), [mustCidr("10.244.0.0/16")], 1500);
  assert.equal(end?.vni, others?.vni);
});
