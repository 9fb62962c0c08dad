import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { configMaps } from "#api/core/config-map.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { eventually } from "../harness/eventually.ts";
import { seeded } from "../harness/seeded.ts";
import { judge } from "./history.ts";
import { mortalServer } from "./server.ts";
import { watchOn } from "./watcher.ts";
import { countOf, type Desk, writeOn } from "./writer.ts";

/** `PORTOLAN_KILLS` and `PORTOLAN_WRITERS` ask for more, `PORTOLAN_SEED` for other moments. */
const kills = Number(process.env.PORTOLAN_KILLS ?? 6);
const writers = Number(process.env.PORTOLAN_WRITERS ?? 20);
const seed = Number(process.env.PORTOLAN_SEED ?? 1);
const watchers = 3;
/** How many writes are answered between two kills, at most: clients of a busy machine get to them, too. */
const longestLife = 3 * writers;

const answered = ({ writes }: Desk): number => writes.filter(({ outcome }) => outcome === "answered").length;

test(`a server that is killed ${kills} times under ${writers} writers loses no answered write, and watchers resume`, async (t) => {
  await using server = await mortalServer();
  let running = server.start();
  await running.listening;
  using clients = new DisposableStack();
  const connected = () => clients.adopt(tlsTransport(server.access), (transport) => transport.close());
  const maps = resourceClient(connected(), configMaps);
  const { resourceVersion: from } = await maps.list("default");

  const [stopWriting, stopWatching] = [new AbortController(), new AbortController()];
  clients.defer(() => stopWatching.abort());
  clients.defer(() => stopWriting.abort());
  const desk: Desk = { writes: [], highest: Number(from) };
  const watching = Array.from({ length: watchers }, () => watchOn(connected(), from, stopWatching.signal));
  const names = Array.from({ length: writers }, (_, i) => `writer-${i}`);
  const writing = Promise.all(names.map((name) => writeOn(connected(), { name, desk, signal: stopWriting.signal })));
  const life = async (): Promise<void> => {
    const random = seeded(seed);
    for (let kill = 0; kill < kills; kill++) {
      const enough = answered(desk) + random() * longestLife;
      // Now and then it is killed before anybody could reach it, or before it is there at all.
      if (random() < 0.8) await eventually("they wrote", () => answered(desk) >= enough, { seconds: 300 });
      else await pause(random() * 200);
      await running.kill();
      running = server.start();
    }
    await running.listening;
    stopWriting.abort();
  };
  const failed = Promise.all(watching.map(({ ended }) => ended)).then(() => new Promise<never>(() => {}));
  await Promise.race([failed, Promise.all([life(), writing])]);

  const { items, resourceVersion: end } = await maps.list("default");
  const { metadata } = await maps.create("default", { metadata: { name: "end", namespace: "default" } });
  assert.ok(Number(metadata.resourceVersion) > Number(end));
  for (const { told, resumed } of watching) {
    await eventually("the watcher was told the last write", () => told.at(-1)?.name === "end", { seconds: 10 });
    judge(desk.writes, told.slice(0, -1));
    assert.ok(resumed() > 0);
  }
  const present = new Map(
    watching[0]?.told.map(({ name, type, value }) => [name, type === "DELETED" ? undefined : value]),
  );
  for (const name of names)
    assert.equal(present.get(name), items.filter(({ metadata }) => metadata.name === name).map(countOf)[0]);
  t.diagnostic(`${answered(desk)} of ${desk.writes.length} writes were answered, up to revision ${end}`);
});
