import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Change, Entry, Store, WatchSink } from "#store/store.ts";
import { memoryFolder } from "../harness/memory-folder.ts";
import { live, type Wrap } from "./seeded-world.ts";
import { lastName } from "./world-follower.ts";

const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "portolan-worlds-"));
after(() => rmSync(folder, { recursive: true }));

const seeds = Array.from({ length: 30 }, (_, i) => i + 1);
for (const seed of seeds)
  test(`world ${seed}: every answer has its place in one order, and every watch kept its promises`, async () => {
    const { wrong, operations, messages } = await live(seed, folder);
    assert.deepEqual(wrong, []);
    assert(operations > 100 && messages > 10);
  });

/** The last object is spared: who isn't told of that would wait for ever. */
const ofObjects = (key: string): boolean => key.includes("/configmaps/default/") && !key.endsWith(`/${lastName}`);

/** Stores with a fault of their own, which the checks must find. */
const faults: Readonly<Record<string, Wrap>> = {
  "loses every tenth event": (store) => {
    let count = 0;
    return withSink(store, (sink) => ({
      ...sink,
      change: (change) => {
        if (!ofObjects(change.key) || ++count % 10 !== 0) sink.change(change);
      },
    }));
  },
  "tells every tenth event twice": (store) => {
    let count = 0;
    return withSink(store, (sink) => ({
      ...sink,
      change: (change) => {
        sink.change(change);
        if (ofObjects(change.key) && ++count % 10 === 0) sink.change(change);
      },
    }));
  },
  "tells two events the wrong way round": (store) => {
    let count = 0;
    let held: Change | undefined;
    return withSink(store, (sink) => ({
      ...sink,
      change: (change) => {
        if (held === undefined && ofObjects(change.key) && ++count % 10 === 0) held = change;
        else {
          sink.change(change);
          if (held !== undefined) sink.change(held);
          held = undefined;
        }
      },
    }));
  },
  "says that all has been told when it has not": (store) =>
    withSink(store, (sink) => {
      let late = Promise.resolve();
      return {
        ...sink,
        change: (change) => {
          sink.progress(change.revision);
          late = late.then(() => pause(3)).then(() => sink.change(change));
        },
      };
    }),
  "forgets what stood there before": (store) => {
    let count = 0;
    return withSink(store, (sink) => ({
      ...sink,
      change: (change) => sink.change(++count % 5 === 0 ? { ...change, previous: undefined } : change),
    }));
  },
  "tells of another deletion than there was": (store) => {
    const first = new Map<string, Entry>();
    return withSink(store, (sink) => ({
      ...sink,
      change: (change) => {
        const { key, entry, previous } = change;
        if (entry !== undefined && !first.has(key)) first.set(key, entry);
        sink.change(
          entry === undefined && ofObjects(key) ? { ...change, previous: first.get(key) ?? previous } : change,
        );
      },
    }));
  },
  "lists what stood there before": (store) => {
    let [before, count] = [0, 0];
    return {
      ...bound(store),
      range: async (prefix, options = {}) => {
        const now = await store.revision();
        const { oldest } = await store.status();
        const at = Math.max(before, oldest);
        before = now;
        const present = await store.range(prefix, options);
        const isSpared = present.entries.some(({ key }) => key.endsWith(`/${lastName}`));
        return prefix.includes("/configmaps/default/") && ++count % 5 === 0 && options.at === undefined && !isSpared
          ? { ...(await store.range(prefix, { ...options, at })), revision: now }
          : present;
      },
    };
  },
  "now and then reads what stood there before": (store) => {
    const before = new Map<string, Entry | undefined>();
    let count = 0;
    return {
      ...bound(store),
      get: async (key) => {
        const entry = await store.get(key);
        const stale = before.get(key);
        before.set(key, entry);
        return ofObjects(key) && ++count % 7 === 0 ? stale : entry;
      },
    };
  },
  "answers some writes that it never makes": (store) => {
    let count = 0;
    return {
      ...bound(store),
      write: async (write) => {
        if (!ofObjects(write.key) || typeof write.value !== "function" || ++count % 9 !== 0) return store.write(write);
        const revision = (await store.revision()) + 1;
        write.value(revision);
        return { kind: "done", revision };
      },
    };
  },
};

for (const [what, wrap] of Object.entries(faults))
  test(`it is seen that a store ${what}`, async () => {
    for (const seed of seeds) if ((await live(seed, folder, wrap)).wrong.length > 0) return;
    assert.fail("no seed shows it");
  });

const bound = (store: Store): Store => ({
  revision: () => store.revision(),
  status: () => store.status(),
  get: (key) => store.get(key),
  range: (prefix, options) => store.range(prefix, options),
  write: (write) => store.write(write),
  watch: (prefix, after, sink) => store.watch(prefix, after, sink),
  compact: (revision) => store.compact(revision),
  close: () => store.close(),
});

const withSink = (store: Store, around: (sink: WatchSink) => WatchSink): Store => ({
  ...bound(store),
  watch: (prefix, from, sink) => store.watch(prefix, from, around(sink)),
});
