import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { parseListing } from "./listing.ts";
import { NodeTable } from "./node-table.ts";

const listed = `table inet portolan {
	map services4 {
		typeof ip daddr . meta l4proto . th dport : meta priority
		elements = { 10.96.0.23 . tcp . 80 : f000:1,
			     10.96.0.23 . udp . 80 : f000:3 }
	}

	set nodes6 {
		typeof ip6 daddr
		elements = { 2001:db8::1,
			     2001:db8::2 }
	}

	set others4 {
		typeof ip daddr
	}

	chain filter-forward {
		type filter hook forward priority -90; policy accept;
		ct status dnat accept
	}
}
`;

test("a listing is read element by element and line by line", () => {
  const { maps, chains } = parseListing(listed);
  assert.deepEqual(
    [...maps].map(([name, elements]) => [name, [...elements]]),
    [
      [
        "services4",
        [
          ["10.96.0.23 . tcp . 80", "f000:1"],
          ["10.96.0.23 . udp . 80", "f000:3"],
        ],
      ],
      [
        "nodes6",
        [
          ["2001:db8::1", ""],
          ["2001:db8::2", ""],
        ],
      ],
      ["others4", []],
    ],
  );
  assert.deepEqual(
    [...chains],
    [["filter-forward", ["type filter hook forward priority -90; policy accept;", "ct status dnat accept"]]],
  );
});

suite("a table that was found", () => {
  const table = new NodeTable({
    table: "portolan",
    nodeName: "node-1",
    around: {
      families: ["IPv4"],
      clusterCidrs: [mustCidr("10.244.0.0/16")],
      serviceCidrs: [mustCidr("10.96.0.0/12")],
      masqueradesPods: true,
      dnsAddresses: [],
    },
  });
  const node = mustIp("192.0.2.1");
  table.moveTo({ own: [node], nodePorts: [node], all: [node] });
  // What we print is what nft lists, but for the indentation.
  const found = parseListing(table.printAll().replaceAll("  ", "\t"));
  const withoutAny = <V>(all: ReadonlyMap<string, V>, name: string) =>
    new Map([...all].filter(([one]) => one !== name));

  test("is left alone where it is right", () => assert.equal(table.repair(found).text, ""));
  test("gets the chain that it lacks", () =>
    assert.match(
      table.repair({ ...found, chains: withoutAny(found.chains, "unused-port") }).text,
      /^add chain inet portolan unused-port\nflush chain inet portolan unused-port\nadd rule inet portolan unused-port /,
    ));
  test("gets the element that it lacks, and loses the one too many", () => {
    const maps = new Map([...found.maps, ["nodes4", new Map([["192.0.2.9", ""]])]]);
    assert.equal(
      table.repair({ ...found, maps }).text,
      "delete element inet portolan nodes4 { 192.0.2.9 }\nadd element inet portolan nodes4 { 192.0.2.1 }\n",
    );
  });
  test("loses a chain of somebody else's", () =>
    assert.equal(
      table.repair({ ...found, chains: new Map([...found.chains, ["theirs", ["drop"]]]) }).text,
      "flush chain inet portolan theirs\ndelete chain inet portolan theirs\n",
    ));
  test("is replaced where it has another form", () =>
    assert.equal(table.repair({ ...found, maps: withoutAny(found.maps, "seats4") }).text, table.printAll()));
  test("keeps a chain that this nft lists in other words", () => {
    const other = { ...found, chains: new Map([...found.chains, ["unused-port", ["reject otherwise"]]]) };
    const { rewritten } = table.repair(other);
    table.learn(rewritten, other);
    assert.equal(table.repair(other).text, "");
  });
});
