import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { parseListing } from "#core/ruleset/listing.ts";
import { eventually } from "../harness/eventually.ts";
import { type Exposed, type Session, startSession } from "./session-client.ts";
import { makeWorld, type World } from "./world.ts";

const pods = ["10.244.0.7", "10.244.0.8", "10.244.0.9"];
const client = "10.244.0.5";
const exposed: readonly Exposed[] = [
  { name: "web", address: "10.96.7.7", endpoints: pods, nodePort: 30_770 },
  { name: "sticky", address: "10.96.7.8", endpoints: pods, affinitySeconds: 600 },
  { name: "none", address: "10.96.7.9", endpoints: [] },
];
const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";

suite("the table", { skip, timeout: 60_000 }, () => {
  let world: World;
  let session: Session;
  const start = async (all: readonly Exposed[]) => {
    session = startSession(world.node, "nftables");
    await session.setUp(all);
  };
  before(async () => {
    world = await makeWorld();
    await start(exposed);
  });
  after(async () => {
    await session.program.kill();
    await world[Symbol.asyncDispose]();
  });
  /** With handles: what is written again has another. Remembered clients grow older meanwhile. */
  const handles = async () =>
    (await world.exec("nft", "-a", "list", "table", "inet", "portolan")).replaceAll(/ expires \S+/g, "");
  /** What the table holds, in whatever order; undefined where it is gone. The kernel itself fills the affinities. */
  const holds = async () => {
    const text = await world.exec("sh", "-c", "nft list table inet portolan || true");
    const { maps, chains } = parseListing(text);
    return text === ""
      ? undefined
      : { maps: new Map([...maps].filter(([name]) => !name.startsWith("affinity"))), chains };
  };
  const met = async () => (await world.ask(client, { protocol: "TCP", to: "10.96.7.8", port: 80 }))[0];

  test("is not touched by a proxy that starts again and finds it right; clients keep their endpoints", async () => {
    const first = await met();
    const left = await handles();
    await session.program.kill();
    await start(exposed.toReversed());
    assert.equal(await handles(), left);
    assert.equal(await met(), first);
  });

  test("gets only what is different where something changed while no proxy was there", async () => {
    const left = await handles();
    const first = await met();
    await session.program.kill();
    await start(exposed.filter(({ name }) => name !== "none"));
    const now = await handles();
    assert.ok(!now.includes("10.96.7.9"));
    assert.deepEqual(
      now.split("\n").filter((line) => / chain | map | set /.test(line)),
      left.split("\n").filter((line) => / chain | map | set /.test(line) && !line.includes("refuse4")),
    );
    assert.equal(await met(), first);
  });

  const alterations = [
    ["the table deleted", "delete table inet portolan"],
    ["a chain flushed", "flush chain inet portolan nat-prerouting"],
    ["a rule inserted", "insert rule inet portolan filter-forward drop"],
    ["a chain added", "add chain inet portolan theirs"],
    ["a policy changed", "chain inet portolan filter-forward { policy drop; }"],
    ["a map emptied", "flush map inet portolan services4"],
    ["an element deleted", "delete element inet portolan services4 { 10.96.7.7 . tcp . 80 }"],
    ["an element added", "add element inet portolan addresses4 { 10.96.7.200 }"],
  ] as const;
  for (const [what, command] of alterations)
    test(`comes back when somebody else has ${what}, though no object changes`, async () => {
      const right = await holds();
      await world.exec("nft", command);
      assert.notDeepEqual(await holds(), right);
      await eventually("the table to be mended", async () => isDeepStrictEqual(await holds(), right), { seconds: 10 });
    });
});
