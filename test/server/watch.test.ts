import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { heldBody } from "#server/exchange.ts";
import { seeded } from "../harness/seeded.ts";
import { administrator, partOf, type Served, serve } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, side: string, turn: number) => ({
  metadata: { name, labels: { side } },
  data: { turn: String(turn) },
});
const merge = { "content-type": "application/merge-patch+json" };

/** What a watch tells: `ADDED name side turn @revision`. */
interface Told {
  readonly type: string;
  readonly name: string;
  readonly turn: string;
  readonly version: number;
}

interface Watcher extends AsyncDisposable {
  readonly events: readonly Told[];
  /** Resolves when it has told of a revision, or of one after it. */
  readonly reached: (version: number) => Promise<void>;
}

async function watcher({ server }: Served, query: string): Promise<Watcher> {
  const leaving = new AbortController();
  const api = inProcessTransport(server, administrator);
  const path = `${collection}?watch=true&allowWatchBookmarks=true&${query}`;
  const answer = await api.send({ method: "GET", path, headers: {}, body: undefined, signal: leaving.signal });
  assert.equal(answer.status, 200, path);
  const events: Told[] = [];
  let wake: () => void = () => {};
  const reading = (async () => {
    for await (const line of answer.lines()) {
      events.push(toldOf(JSON.parse(line)));
      wake();
    }
  })().catch((fault: unknown) => {
    if (!leaving.signal.aborted) throw fault;
  });
  return {
    events,
    reached: async (version) => {
      while ((events.at(-1)?.version ?? 0) < version)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    [Symbol.asyncDispose]: async () => {
      leaving.abort();
      await reading;
    },
  };
}

function toldOf(event: unknown): Told {
  const at = (...steps: readonly string[]) => String(partOf(event, ["object", ...steps]));
  const version = Number(at("metadata", "resourceVersion"));
  return { type: String(partOf(event, ["type"])), name: at("metadata", "name"), turn: at("data", "turn"), version };
}

type Objects = ReadonlyMap<string, { readonly side: string; readonly turn: string; readonly version: number }>;

/** A random life of a few objects: the state after each change, by its revision. */
async function live(served: Served, turns: number, random: () => number): Promise<ReadonlyMap<number, Objects>> {
  const states = new Map<number, Objects>();
  let objects: Objects = new Map();
  for (let turn = 0; turn < turns; turn++) {
    const name = `o${Math.floor(random() * 6)}`;
    const side = random() < 0.5 ? "left" : "right";
    const next = new Map(objects);
    if (!objects.has(name)) {
      const made = await served.send("POST", collection, { body: configMap(name, side, turn) });
      assert.equal(made.status, 201, made.text);
      next.set(name, { side, turn: String(turn), version: Number(made.at("metadata", "resourceVersion")) });
    } else if (random() < 0.3) {
      assert.equal((await served.send("DELETE", `${collection}/${name}`)).status, 200);
      next.delete(name);
    } else {
      const body = configMap(name, side, turn);
      const changed = await served.send("PATCH", `${collection}/${name}`, { body, headers: merge });
      assert.equal(changed.status, 200, changed.text);
      next.set(name, { side, turn: String(turn), version: Number(changed.at("metadata", "resourceVersion")) });
    }
    objects = next;
    states.set(await served.store.revision(), objects);
  }
  return states;
}

/** What one who sees only `side` is to be told between two states. */
function difference(before: Objects, after: Objects, side: string | undefined, version: number): readonly Told[] {
  const seen = (objects: Objects) => new Map([...objects].filter(([, one]) => side === undefined || one.side === side));
  const [was, is] = [seen(before), seen(after)];
  const changed = [...is].flatMap(([name, one]) => {
    const earlier = was.get(name);
    if (earlier?.version === one.version) return [];
    return [{ type: earlier === undefined ? "ADDED" : "MODIFIED", name, turn: one.turn, version }];
  });
  const gone = [...was].flatMap(([name, one]) =>
    is.has(name) ? [] : [{ type: "DELETED", name, turn: one.turn, version }],
  );
  return [...changed, ...gone];
}

const seeds = [1, 2, 3, 4, 5];
for (const seed of seeds) {
  test(`watches from any revision, of any selection, tell every change once and in order (seed ${seed})`, async () => {
    await using served = await serve();
    await using closing = new AsyncDisposableStack();
    const random = seeded(seed);
    const start = await served.store.revision();
    const selections = [
      ["", undefined],
      ["labelSelector=side%3Dleft", "left"],
      ["labelSelector=side%20in%20(right)", "right"],
    ] as const;
    const opened: { readonly watch: Watcher; readonly after: number; readonly side: string | undefined }[] = [];
    const open = async (after: number) => {
      for (const [query, side] of selections)
        opened.push({ watch: closing.use(await watcher(served, `resourceVersion=${after}&${query}`)), after, side });
    };
    await open(start);
    const living = live(served, 120, random);
    const states = await living;
    const revisions = [start, ...states.keys()];
    for (const part of [0.2, 0.5, 0.9, 1]) await open(revisions[Math.floor((revisions.length - 1) * part)] ?? start);
    const last = await served.send("POST", collection, { body: configMap("last", "left", 0) });
    await served.send("POST", collection, { body: configMap("very-last", "right", 0) });
    const end = Number(last.at("metadata", "resourceVersion"));
    for (const { watch, after, side } of opened) {
      await watch.reached(side === "right" ? end + 1 : end);
      const expected = revisions.slice(1).flatMap((revision, i) => {
        if (revision <= after) return [];
        return difference(
          states.get(revisions[i] ?? 0) ?? new Map(),
          states.get(revision) ?? new Map(),
          side,
          revision,
        );
      });
      const told = watch.events.filter(({ type, version }) => type !== "BOOKMARK" && version < end);
      assert.deepEqual(told, expected, `after ${after}, ${side ?? "everything"}`);
    }
  });
}

test("a watch without a resourceVersion begins with what is there", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  await served.send("POST", collection, { body: configMap("b", "right", 2) });
  for (const query of ["", "resourceVersion=0"]) {
    await using watch = await watcher(served, query);
    const made = await served.send("POST", collection, { body: configMap(`c${query.length}`, "left", 3) });
    await watch.reached(Number(made.at("metadata", "resourceVersion")));
    assert.deepEqual(
      watch.events.slice(0, 2).map(({ type, name }) => `${type} ${name}`),
      ["ADDED a", "ADDED b"],
    );
  }
});

test("a streamed list ends with a bookmark that says so, and goes on from there", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  const api = inProcessTransport(served.server, administrator);
  const path = `${collection}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`;
  const answer = await api.send({ method: "GET", path, headers: {}, body: undefined });
  const lines = await Array.fromAsync(answer.lines(), (line): unknown => JSON.parse(line));
  assert.deepEqual(
    lines.map((line) => partOf(line, ["type"])),
    ["ADDED", "BOOKMARK", "BOOKMARK"],
  );
  const annotations = ["object", "metadata", "annotations", "k8s.io/initial-events-end"];
  assert.equal(partOf(lines[1], annotations), "true");
  assert.equal(partOf(lines[2], annotations), undefined);
  assert.equal(partOf(lines[1], ["object", "metadata", "resourceVersion"]), String(await served.store.revision()));
});

/** What a watch of about a second tells, each as its type. */
async function typesOf({ server }: Served, query: string): Promise<readonly unknown[]> {
  const api = inProcessTransport(server, administrator);
  const path = `${collection}?watch=1&timeoutSeconds=1&${query}`;
  const answer = await api.send({ method: "GET", path, headers: {}, body: undefined });
  return Array.fromAsync(answer.lines(), (line) => partOf(JSON.parse(line), ["type"]));
}

test("who wants no bookmarks is told of the end of what is there by none", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  assert.deepEqual(await typesOf(served, "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"), ["ADDED"]);
});

test("a watch from a revision that has not come is not told what came before it", async () => {
  await using served = await serve();
  const future = (await served.store.revision()) + 2;
  await using watch = await watcher(served, `resourceVersion=${future}`);
  for (const name of ["a", "b", "c", "d"]) await served.send("POST", collection, { body: configMap(name, "left", 1) });
  await watch.reached(future + 2);
  assert.deepEqual(
    watch.events.flatMap(({ type, name }) => (type === "BOOKMARK" ? [] : `${type} ${name}`)),
    ["ADDED c", "ADDED d"],
  );
});

test("a streamed list that must be of the future says that it can't be yet", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  const path = `${collection}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1000000`;
  const answer = await api.send({ method: "GET", path, headers: {}, body: undefined });
  const [event, ...more] = await Array.fromAsync(answer.lines(), (line): unknown => JSON.parse(line));
  assert.deepEqual(
    ["type", "code", "reason"].map((name) => partOf(event, name === "type" ? [name] : ["object", name])),
    ["ERROR", 504, "Timeout"],
  );
  assert.match(
    String(partOf(event, ["object", "message"])),
    /^Timeout: Too large resource version: 1000000, current: /,
  );
  assert.deepEqual(more, []);
});

test("a watch that wants nothing of what is there begins with what comes next", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  await using watch = await watcher(served, "sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
  const made = await served.send("POST", collection, { body: configMap("b", "left", 2) });
  await watch.reached(Number(made.at("metadata", "resourceVersion")));
  assert.deepEqual(
    watch.events.flatMap(({ type, name }) => (type === "BOOKMARK" ? [] : `${type} ${name}`)),
    ["ADDED b"],
  );
});

test("a watch that can't begin says why, and ends", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  const answer = await api.send({ method: "GET", path: `${collection}?watch=1`, headers: {}, body: undefined });
  await served.store.close();
  const lines = await Array.fromAsync(answer.lines(), (line): unknown => JSON.parse(line));
  assert.deepEqual(
    lines.map((line) => [partOf(line, ["type"]), partOf(line, ["object", "code"])]),
    [["ERROR", 503]],
  );
});

test("a watch from a revision that is no longer kept ends with 410, and so does a list", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  await served.store.compact(await served.store.revision());
  const api = inProcessTransport(served.server, administrator);
  const answer = await api.send({
    method: "GET",
    path: `${collection}?watch=1&resourceVersion=1`,
    headers: {},
    body: undefined,
  });
  const [event] = await Array.fromAsync(answer.lines(), (line): unknown => JSON.parse(line));
  assert.deepEqual(
    [partOf(event, ["type"]), partOf(event, ["object", "code"]), partOf(event, ["object", "reason"])],
    ["ERROR", 410, "Expired"],
  );
  assert.match(String(partOf(event, ["object", "message"])), /^too old resource version: 1 \(\d+\)$/);
  const listed = await served.send("GET", `${collection}?resourceVersion=1&resourceVersionMatch=Exact`);
  assert.deepEqual([listed.status, listed.at("reason")], [410, "Expired"]);
});

test("the events of a watch can be tables: the columns come with the first", async () => {
  await using served = await serve();
  const api = inProcessTransport(served.server, administrator);
  const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  const revision = await served.store.revision();
  const answer = await api.send({
    method: "GET",
    path: `${collection}?watch=1&resourceVersion=${revision}`,
    headers,
    body: undefined,
  });
  for (const name of ["a", "b"]) await served.send("POST", collection, { body: configMap(name, "left", 1) });
  const events: unknown[] = [];
  for await (const line of answer.lines()) if (events.push(JSON.parse(line)) === 2) break;
  const columns = events.map((event) => Object(partOf(event, ["object", "columnDefinitions"])).length);
  assert.deepEqual(columns, [3, 0]);
  assert.deepEqual(
    events.map((event) => partOf(event, ["object", "rows", 0, "cells", 0])),
    ["a", "b"],
  );
});

test("watches by name and by the old paths are watches of a collection", async () => {
  await using served = await serve();
  await served.send("POST", collection, { body: configMap("a", "left", 1) });
  const api = inProcessTransport(served.server, administrator);
  for (const path of [
    "/api/v1/watch/namespaces/default/configmaps/a?timeoutSeconds=1",
    `${collection}?watch=1&fieldSelector=metadata.name%3Da&timeoutSeconds=1`,
  ]) {
    const answer = await api.send({ method: "GET", path, headers: {}, body: undefined });
    const names = await Array.fromAsync(answer.lines(), (line) =>
      partOf(JSON.parse(line), ["object", "metadata", "name"]),
    );
    assert.deepEqual(names, ["a"]);
  }
});

test("a reader that lets too much wait is cut off", async () => {
  await using served = await serve();
  const leaving = new AbortController();
  const request = {
    method: "GET",
    url: `${collection}?watch=1&resourceVersion=1`,
    headers: {},
    ...heldBody(),
  };
  const answer = await served.server.handle(request, administrator);
  assert.ok(answer.kind === "stream");
  let waiting = 0;
  const cut = new Promise<void>((resolve) => {
    answer.run({
      write: (chunk) => (waiting += chunk.length),
      drained: () => new Promise(() => {}),
      waiting: () => waiting,
      end: () => {
        leaving.abort();
        resolve();
      },
      cut: () => leaving.abort(),
      closed: leaving.signal,
    });
  });
  const body = { metadata: { name: "big" }, data: { filler: "x".repeat(900_000) } };
  await served.send("POST", collection, { body });
  for (let turn = 0; turn < 20 && !leaving.signal.aborted; turn++)
    await served.send("PATCH", `${collection}/big`, { body: { data: { turn: String(turn) } }, headers: merge });
  await cut;
  assert.ok(waiting < 20 << 20, `${waiting} bytes waited`);
});
