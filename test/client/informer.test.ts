import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type ConfigMap, configMaps } from "#api/core/config-map.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { type Informer, informer, keyOf } from "#client/informer.ts";
import { informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { seeded } from "../harness/seeded.ts";
import { administrator, serve } from "../server/served.ts";
import { cutting } from "./cutting-transport.ts";

const named = (name: string, value: string) => ({ metadata: { name, namespace: "default" }, data: { value } });

/** What the changes alone amount to; fails where a change doesn't fit what was told before. */
function retelling(of: Informer<ConfigMap>): ReadonlyMap<string, ConfigMap> {
  const told = new Map<string, ConfigMap>();
  of.onChange((before, after) => {
    const object = after ?? before;
    assert.ok(object);
    assert.equal(told.get(keyOf(object)), before, `${keyOf(object)} was another one before`);
    if (after === undefined) told.delete(keyOf(object));
    else told.set(keyOf(object), after);
  });
  return told;
}
const versions = (objects: Iterable<ConfigMap>): readonly string[] =>
  [...objects].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).toSorted();

for (const seed of [1, 2, 3])
  test(`a copy stays true while connections break and history is forgotten (${seed})`, async () => {
    await using served = await serve();
    const random = seeded(seed);
    const direct = inProcessTransport(served.server, administrator);
    const client = resourceClient(direct, configMaps);
    const brittle = cutting(direct, random);
    const backoff = { firstSeconds: 0.001, longestSeconds: 0.01, random };
    const copy = informer(brittle, configMaps, { namespace: "default", backoff });
    const told = retelling(copy);
    const isEven = ({ data = {} }: ConfigMap): boolean => Number(data.value) % 2 === 0;
    const part = informer(brittle, configMaps, { namespace: "default", backoff, keep: isEven });
    const toldOfPart = retelling(part);
    for (let i = 0; i < 20; i++) await client.create("default", named(`map-${i}`, "0"));
    await Promise.all([copy.synced(), part.synced()]);
    // A slow machine waits longer after each cut, and is cut less often meanwhile.
    for (let i = 0; i < 400 || (brittle.counts.cuts <= 10 && i < 20_000); i++) {
      const name = `map-${Math.floor(random() * 30)}`;
      const present = (await client.list("default", { fieldSelector: `metadata.name=${name}` })).items.length > 0;
      if (!present) await client.create("default", named(name, `${i}`));
      else if (random() < 0.4) await client.delete("default", name);
      else await client.patch("default", name, { type: "merge", body: { data: { value: `${i}` } } });
      if (random() < 0.05) await served.store.compact(await served.store.revision());
      if (random() < 0.3) await turn();
    }
    brittle.heal();
    await eventually(
      "the copy to be true",
      async () => {
        const { items } = await client.list("default");
        assert.deepEqual(versions(copy.list()), versions(items));
        assert.deepEqual(versions(told.values()), versions(items));
        assert.deepEqual(versions(part.list()), versions(items.filter(isEven)));
        assert.deepEqual(versions(toldOfPart.values()), versions(items.filter(isEven)));
        return true;
      },
      { seconds: 10 },
    );
    assert.ok(brittle.counts.cuts > 10, `only ${brittle.counts.cuts} cuts`);
    copy.stop();
    part.stop();
    direct.close();
  });

test("a cut watch goes on where it stopped: nothing is listed again", async () => {
  await using served = await serve();
  const direct = inProcessTransport(served.server, administrator);
  const client = resourceClient(direct, configMaps);
  const random = seeded(5);
  const brittle = cutting(direct, random);
  const backoff = { firstSeconds: 0.001, longestSeconds: 0.01, random };
  const copy = informer(brittle, configMaps, { namespace: "default", backoff });
  await copy.synced();
  const { lists } = brittle.counts;
  await client.create("default", named("one", "0"));
  let last = 0;
  for (; last < 100 || (brittle.counts.cuts <= 3 && last < 20_000); last++)
    await client.patch("default", "one", { type: "merge", body: { data: { value: `${last}` } } });
  await eventually("the last value", () => copy.get("default", "one")?.data?.value === `${last - 1}`, { seconds: 10 });
  assert.ok(brittle.counts.cuts > 3);
  assert.equal(brittle.counts.lists, lists);
  copy.stop();
  direct.close();
});

test("large collections come in pages", async () => {
  await using served = await serve();
  const direct = inProcessTransport(served.server, administrator);
  const client = resourceClient(direct, configMaps);
  await Promise.all(Array.from({ length: 1201 }, (_, i) => client.create("default", named(`map-${i}`, ""))));
  const counting = cutting(direct, () => 1);
  const copy = informer(counting, configMaps, { namespace: "default" });
  await copy.synced();
  assert.equal(copy.list().length, 1201);
  assert.equal(counting.counts.lists, 3);
  copy.stop();
  direct.close();
});

test("what this process writes is in its copy at once, and is told once", async () => {
  await using served = await serve();
  const direct = inProcessTransport(served.server, administrator);
  const copy = informer(direct, configMaps, { namespace: "default" });
  await copy.synced();
  const client = readingOwnWrites(resourceClient(direct, configMaps), copy);
  const told: string[] = [];
  copy.onChange((before, after) => told.push(`${before?.data?.value} ${after?.data?.value}`));
  const { metadata } = await client.create("default", named("own", "1"));
  assert.equal(copy.get("default", "own")?.data?.value, "1");
  await client.patch("default", "own", { type: "merge", body: { data: { value: "2" } } });
  assert.equal(copy.get("default", "own")?.data?.value, "2");
  await client.delete("default", "own", { preconditions: { uid: metadata.uid } });
  assert.equal(copy.get("default", "own"), undefined);
  await client.create("default", named("own", "3"));
  await resourceClient(direct, configMaps).patch("default", "own", { type: "merge", body: { data: { value: "4" } } });
  await eventually("what others write", () => copy.get("default", "own")?.data?.value === "4", { seconds: 10 });
  assert.deepEqual(told, ["undefined 1", "1 2", "2 undefined", "undefined 3", "3 4"]);
  copy.stop();
  direct.close();
});

test("everyone in a process who follows the same collection shares one copy of it", async () => {
  await using served = await serve();
  const counting = cutting(inProcessTransport(served.server, administrator), () => 1);
  const shared = informers(counting);
  const [a, b] = [shared.of(configMaps), shared.of(configMaps)];
  const other = shared.of(configMaps, { namespace: "kube-public" });
  assert.equal(a, b);
  assert.notEqual(a, other);
  await shared.synced();
  assert.equal(counting.counts.watches <= 2, true);
  assert.equal(counting.counts.lists, 2);
  shared.stop();
  counting.close();
});
