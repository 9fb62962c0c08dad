import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseListing } from "#core/ruleset/listing.ts";
import { NodeTable } from "#core/ruleset/node-table.ts";
import { walker } from "#core/ruleset/walk.ts";
import { entryOf } from "#core/services/entry.ts";
import type { ServiceEntry } from "#core/services/service-map.ts";
import { mustIp } from "#net/ip.ts";
import { run } from "#os/spawn.ts";
import { seeded } from "../harness/seeded.ts";
import { type RandomCluster, randomCluster } from "./random-cluster.ts";
import { around, nodeAddresses, nodeName, walkableOf, walked } from "./scenario.ts";

const seeds = [1, 2, 3, 4, 5, 6];
const stepsPerSeed = 80;
const stepsBetweenLooks = 20;
const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";

suite("after any sequence of changes", { skip }, () => {
  for (const seed of seeds) {
    test(`seed ${seed}: the kernel's table, changed step by step, is the table loaded as a whole`, async () => {
      await using changed = await emptySpace(`i${seed}`);
      await using loaded = await emptySpace(`w${seed}`);
      const random = seeded(seed);
      const cluster = randomCluster(random);
      const table = newTable();
      await changed.nft(table.printAll());
      for (let i = 1; i <= stepsPerSeed; i += 1) {
        const moved = random() < 0.05 ? table.print(moveSomewhere(table, random)) : "";
        const names = Array.from({ length: 1 + Math.floor(random() * 3) }, () => cluster.step()).flat();
        await changed.nft(moved + table.print(table.change(entriesOf(cluster, names))));
        if (i % stepsBetweenLooks !== 0) continue;
        await loaded.nft(table.printAll());
        assert.deepEqual(await changed.list(), await loaded.list(), `after step ${i}`);
      }
    });
  }
  for (const seed of seeds) {
    test(`seed ${seed}: a table that an earlier run left is kept where it is right, and mended where it isn't`, async () => {
      await using left = await emptySpace(`l${seed}`);
      await using loaded = await emptySpace(`n${seed}`);
      const random = seeded(seed + 200);
      const cluster = randomCluster(random);
      const before = newTable();
      for (let i = 0; i < 120; i += 1) before.change(entriesOf(cluster, cluster.step()));
      await left.nft(before.printAll());
      const adopted = async (): Promise<[NodeTable, string]> => {
        const [table, found] = [newTable(), parseListing(await left.text())];
        table.adopt(found);
        const all = [...cluster.services.keys()].toSorted(() => random() - 0.5);
        table.change(entriesOf(cluster, all));
        return [table, table.repair(found).text];
      };
      assert.equal((await adopted())[1], "");
      for (let i = 0; i < 20; i += 1) cluster.step();
      const [table, repair] = await adopted();
      await left.nft(repair);
      await loaded.nft(table.printAll());
      assert.deepEqual(await left.list(), await loaded.list());
      assert.equal(table.repair(parseListing(await left.text())).text, "");
    });
  }
  for (const seed of seeds) {
    test(`seed ${seed}: packets meet what they would meet in a table made afresh`, () => {
      const random = seeded(seed + 100);
      const cluster = randomCluster(random);
      const table = newTable();
      for (let i = 0; i < 300; i += 1) table.change(entriesOf(cluster, cluster.step()));
      const fresh = newTable();
      const all = [...cluster.services.keys()].toSorted(() => random() - 0.5);
      fresh.change(entriesOf(cluster, all));
      const [walkOld, walkFresh] = [walker(walkableOf(table)), walker(walkableOf(fresh))];
      for (const flow of probes()) assert.deepEqual(walked(walkOld, flow), walked(walkFresh, flow), flow.line);
    });
  }
});

function newTable(): NodeTable {
  const table = new NodeTable({ table: "portolan", around, nodeName });
  table.moveTo({ own: nodeAddresses, nodePorts: nodeAddresses, all: nodeAddresses });
  return table;
}

function moveSomewhere(table: NodeTable, random: () => number) {
  const own = [mustIp(`192.0.2.${1 + Math.floor(random() * 3)}`)];
  return table.moveTo({ own, nodePorts: own, all: [...own, mustIp("192.0.2.77")] });
}

function entriesOf(cluster: RandomCluster, names: readonly string[]): ReadonlyMap<string, ServiceEntry | undefined> {
  const slicesOf = (name: string) => [0, 1, 2].flatMap((which) => cluster.slices.get(`${name}-${which}`) ?? []);
  return new Map(
    names.map((name) => {
      const service = cluster.services.get(name);
      return [
        name,
        service && entryOf(service, slicesOf(name), { nodeName, zone: undefined, families: around.families }),
      ];
    }),
  );
}

/** From everywhere to every place that a Service may be at, and to some where none is. */
function* probes() {
  const origins = {
    IPv4: ["10.244.0.3", "192.0.2.1", "192.0.2.9"],
    IPv6: ["fd00:244::3", "2001:db8::1", "2001:db8::9"],
  };
  for (const protocol of ["TCP", "UDP", "SCTP"] as const)
    for (let n = 0; n < 8; n += 1)
      for (let i = 0; i < 4; i += 1) {
        const places = [
          [origins.IPv4, `10.96.1.${n}`, 80 + i],
          [origins.IPv4, "192.0.2.1", 30_000 + n * 10 + i],
          [origins.IPv4, `203.0.113.${n % 3}`, 80 + i],
          [origins.IPv4, `198.51.100.${n % 3}`, 80 + i],
          [origins.IPv6, "2001:db8:113::1", 80 + i],
          [origins.IPv6, `fd00:96::1:${n}`, 80 + i],
          [origins.IPv6, "2001:db8::1", 30_000 + n * 10 + i],
        ] as const;
        for (const [from, to, port] of places)
          for (const one of from)
            yield { from: one, protocol, to, port, ends: [], line: `${one} -> ${protocol} ${to} ${port}` };
      }
}

/** A network namespace for rules only. */
async function emptySpace(label: string) {
  const name = `ptlt-${process.pid}-${label}`;
  const inside = ["ip", "netns", "exec", name] as const;
  await run(["ip", "netns", "add", name]);
  return {
    nft: async (input: string) => void (input !== "" && (await run([...inside, "nft", "-f", "-"], { input }))),
    text: async () => (await run([...inside, "nft", "list", "table", "inet", "portolan"])).stdout,
    list: async () => normalized((await run([...inside, "nft", "-j", "list", "table", "inet", "portolan"])).stdout),
    [Symbol.asyncDispose]: async () => void (await run(["ip", "netns", "delete", name])),
  };
}

/** What nft lists, without what depends on the way there: handles, and the order of elements and of chains. */
function normalized(text: string): readonly string[] {
  const { nftables }: { nftables: readonly unknown[] } = JSON.parse(text, (key, value) => {
    if (key === "handle") return undefined;
    return key === "elem" && Array.isArray(value) ? value.map((one) => JSON.stringify(one)).toSorted() : value;
  });
  // The rules of a chain keep their order: equal chains have equal lists of them.
  const chains = Map.groupBy(
    nftables.map((one) => JSON.stringify(one)),
    (one) => /"chain":"([^"]+)"/.exec(one)?.[1] ?? "",
  );
  return [...chains]
    .map(([chain, rules]) => `${chain}: ${chain === "" ? rules.toSorted().join("\n") : rules.join("\n")}`)
    .toSorted();
}
