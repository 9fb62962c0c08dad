import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, constants } from "node:http2";
import { request } from "node:https";
import { test } from "node:test";
import WebSocket from "ws";
import type { ApiServer } from "#server/api-server.ts";
import type { Answer } from "#server/exchange.ts";
import { SlowReaders, type WaitingLimits } from "#server/watches/slow-readers.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "./listening.ts";
import { partOf, type Served } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";
const merge = { "content-type": "application/merge-patch+json" };

/** A watch whose reader may stop reading. */
interface Reader {
  /** What was read by now. */
  readonly text: () => string;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Reads whatever is still to be had, and gives all of it once the watch is over, in whatever way. */
  readonly rest: () => Promise<string>;
  /** Over HTTP/2: how the stream ended. */
  readonly code?: () => number;
  readonly leave: () => void;
}
type Way = (server: Listening, path: string) => Promise<Reader>;

const credentialsOf = ({ authority, client }: Listening) => ({
  ca: authority.certificate,
  cert: client.certificate,
  key: client.key,
});

const overHttp2: Way = async (server, path) => {
  const session = connect(`https://127.0.0.1:${server.port}`, credentialsOf(server));
  const stream = session.request({ ":path": path });
  await new Promise((resolve, reject) => stream.once("response", resolve).once("error", reject));
  return { ...reading(stream, "data"), code: () => stream.rstCode, leave: () => session.destroy() };
};

const overHttp1: Way = async (server, path) => {
  const asked = request({ host: "127.0.0.1", port: server.port, path, agent: false, ...credentialsOf(server) });
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    asked.once("response", resolve).once("error", reject).end(),
  );
  return { ...reading(answer, "data"), leave: () => asked.destroy() };
};

const overWebSocket: Way = async (server, path) => {
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}${path}`, credentialsOf(server));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return { ...reading(socket, "message"), leave: () => socket.terminate() };
};

const ways = { "HTTP/2": overHttp2, "HTTP/1.1": overHttp1, WebSocket: overWebSocket } as const;

type Source = Pick<EventEmitter, "on" | "once"> & { readonly pause: () => void; readonly resume: () => void };

function reading(source: Source, event: "data" | "message"): Pick<Reader, "text" | "pause" | "resume" | "rest"> {
  let text = "";
  source.on(event, (chunk) => {
    text += chunk;
  });
  source.on("error", () => {}); // it was cut, which is what is tried here
  const over = new Promise((resolve) => source.once("close", resolve));
  return {
    text: () => text,
    pause: () => source.pause(),
    resume: () => source.resume(),
    rest: async () => {
      source.resume();
      await over;
      return text;
    },
  };
}

/** Of each event; half a line at the end of a watch that was cut is none. */
const versionsOf = (text: string): readonly number[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => Number(partOf(JSON.parse(line), ["object", "metadata", "resourceVersion"])));

/** How often each path's watch was too slow, with budgets that a test can spend. */
function withBudget(limits: WaitingLimits) {
  const slow: string[] = [];
  const readers = new SlowReaders(limits);
  const bounded = (answer: Answer, url: string): Answer =>
    answer.kind !== "stream"
      ? answer
      : { ...answer, run: (outlet) => answer.run(readers.bounded(outlet, () => slow.push(url))) };
  const between = (server: ApiServer): ApiServer => ({
    ...server,
    handle: async (asked, identity) => bounded(await server.handle(asked, identity), asked.url),
    upgrade: async (asked, identity) => {
      const upgrade = await server.upgrade(asked, identity);
      return upgrade.kind === "stream" ? upgrade : { ...upgrade, answer: bounded(upgrade.answer, asked.url) };
    },
  });
  return { slow, between };
}

const filler = "x".repeat(200_000);

/** Gives the resourceVersions of what is written, one after another. */
async function write({ send }: Served, name: string, turn: number): Promise<number> {
  const body = { metadata: { name, labels: { side: name } }, data: { filler, turn: String(turn) } };
  const made = await send("POST", collection, { body });
  const told = made.status === 201 ? made : await send("PATCH", `${collection}/${name}`, { body, headers: merge });
  return Number(told.at("metadata", "resourceVersion"));
}

for (const [name, open] of Object.entries(ways))
  test(`${name}: a watch that nobody reads is ended at its own cost, and goes on from where it was`, async () => {
    const { slow, between } = withBudget({ ofOne: 1 << 20, ofAll: 1 << 30, endingMs: 200 });
    await using server = await listening({ between });
    const from = await server.served.store.revision();
    const path = `${collection}?watch=true&resourceVersion=${from}`;
    const quiet = await open(server, path);
    const lively = await overHttp2(server, `${path}&timeoutSeconds=3600`);
    const written: number[] = [];
    const writeOne = async (name: string) => {
      written.push(await write(server.served, name, written.length));
      await heard(lively, written.length);
    };
    await writeOne("one");
    await heard(quiet, 1);
    quiet.pause();
    while (slow.length === 0 && written.length < 500) await writeOne("one");
    assert.deepEqual(slow, [path], "it alone, and before all memory is taken");
    await eventually("its watch to be over", async () => (await openWatches(server)) === 1, { seconds: 10 });
    const first = versionsOf(await quiet.rest());
    if (quiet.code !== undefined) assert.equal(quiet.code(), constants.NGHTTP2_CANCEL);
    for (let turn = 0; turn < 3; turn++) await writeOne("two");
    const told = [...first];
    for (let tries = 0; told.length < written.length && tries < 50; tries++) {
      const again = await open(server, `${collection}?watch=true&timeoutSeconds=1&resourceVersion=${told.at(-1)}`);
      told.push(...versionsOf(await again.rest()));
      again.leave();
    }
    assert.deepEqual(told, written, "nothing twice, nothing lost");
    assert.deepEqual(versionsOf(lively.text()), written);
    for (const reader of [quiet, lively]) reader.leave();
  });

/** Resolves when it has read as many events. */
const heard = ({ text }: Reader, count: number) =>
  eventually(`${count} events`, () => text().split("\n").length > count, { seconds: 10 });

async function openWatches({ served }: Listening): Promise<number> {
  const { text } = await served.send("GET", "/metrics");
  return Number(/apiserver_longrunning_requests\{[^}]*resource="configmaps"[^}]*\} (\d+)/.exec(text)?.[1]);
}

test("where all that waits is too much, the watch goes for which most waits", async () => {
  const { slow, between } = withBudget({ ofOne: 1 << 30, ofAll: 4 << 20, endingMs: 1 });
  await using server = await listening({ between });
  const path = `${collection}?watch=true&resourceVersion=${await server.served.store.revision()}`;
  const few = await overHttp2(server, `${path}&labelSelector=side%3Dfew`);
  const many = await overHttp2(server, path);
  for (const reader of [few, many]) reader.pause();
  const wanted = [await write(server.served, "few", 0), await write(server.served, "few", 1)];
  for (let turn = 0; turn < 100 && slow.length === 0; turn++) await write(server.served, "many", turn);
  assert.deepEqual(slow, [path]);
  wanted.push(await write(server.served, "few", 2));
  await eventually("the other to be over", async () => (await openWatches(server)) === 1, { seconds: 10 });
  many.leave();
  few.resume();
  await heard(few, wanted.length);
  assert.deepEqual(versionsOf(few.text()), wanted);
  few.leave();
});
