import assert from "node:assert/strict";
import { ask } from "../ingress/served.ts";
import type { HttpRow } from "./http-row.ts";
import { bodySeconds, type HttpStage } from "./http-stage.ts";
import { block, endHeaders, endStream, field, frame, number, pseudo, RawHttp2, types } from "./http2-wire.ts";

/** Of one head, until a client hears that it is too long; part of them lie with the kernel. */
const mostBytes = 1024 * 1024;
const seconds = bodySeconds + 6;
/** As long as a client may wait for its answer while another one does its worst. */
const mostMs = 2000;

/** Sends until the engine ends the connection, takes no more, or `most` rounds are over; others are served all the while. */
async function flood(
  client: RawHttp2,
  { portOf }: HttpStage,
  round: (number: number) => Buffer,
  most: number,
): Promise<void> {
  let slowest = 0;
  for (let at = 0; at < most && !client.isClosed && client.goAway === undefined; at += 1) {
    if (!client.send(round(at)) && client.socket.writableLength > 4 * 1024 * 1024) break;
    if (at % 25 !== 0) continue;
    const begun = performance.now();
    assert.equal((await ask(portOf("http"), "/")).status, 200);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  assert.ok(slowest < mostMs, `another client waited ${slowest} ms`);
}

/** What every flood ends with. */
async function isEnded(client: RawHttp2): Promise<void> {
  await client.until("the end of the connection", () => client.goAway !== undefined || client.isClosed, seconds);
  client.close();
}

const streamNumber = (at: number): number => 2 * at + 1;
const many = (count: number, one: (number: number) => readonly Buffer[]): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => one(at)).flat());
const request = block(pseudo());
const perRound = 40;

const resets: readonly HttpRow[] = [
  {
    row: 39,
    name: "HTTP/2: who resets streams as fast as can be is cut off, and others are served meanwhile",
    unlike: {
      haproxy: {
        because: "HAProxy 2.6 counts no resets; others are served meanwhile, as the next row sees",
        holds: "nothing",
      },
    },
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      await flood(client, stage, resetRound, 500);
      await isEnded(client);
    },
  },
  {
    row: 39,
    name: "HTTP/2: others are served while streams are reset",
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      await flood(client, stage, resetRound, 100);
      client.close();
    },
  },
];

function resetRound(round: number): Buffer {
  return many(perRound, (at) => {
    const stream = streamNumber(round * perRound + at);
    return [frame(types.headers, endStream | endHeaders, stream, request), frame(types.reset, 0, stream, number(8))];
  });
}

/** Puts 4,000 bytes into the table, and 62 is where they stand (RFC 7541 sections 6.2.1 and 6.1). */
const bomb = Buffer.concat([
  block(pseudo()),
  Buffer.from([0x40]),
  field("x", "a".repeat(4000)).subarray(1),
  Buffer.alloc(12_000, 0x80 | 62),
]);

const heads: readonly HttpRow[] = [
  {
    row: 40,
    name: "HTTP/2: CONTINUATION without end",
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      client.send(frame(types.headers, endStream, 1, request));
      const piece = frame(types.continuation, 0, 1, field("x-a", "a".repeat(8000)));
      await flood(client, stage, () => piece, 2000);
      await isEnded(client);
      assert.ok(client.socket.bytesWritten < mostBytes, `${client.socket.bytesWritten} bytes were taken`);
    },
  },
  {
    row: 40,
    name: "HTTP/2: empty CONTINUATION without end",
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      client.send(frame(types.headers, endStream, 1, request));
      const piece = many(1000, () => [frame(types.continuation, 0, 1)]);
      await flood(client, stage, () => piece, 500);
      await isEnded(client);
    },
  },
  {
    row: 40,
    name: "HTTP/2: a little head that unpacks to 48 MB",
    async holds({ portOf }) {
      const client = await RawHttp2.open(portOf("https"));
      client.send(frame(types.headers, endStream | endHeaders, 1, bomb));
      await client.until(
        "a refusal",
        () => client.statusOf(1) !== undefined || client.resetOf(1) !== undefined || client.isClosed,
      );
      client.close();
      assert.ok(client.statusOf(1) !== 200);
    },
  },
];

const settingsRound = (): Buffer => many(500, () => [frame(types.settings, 0, 0, Buffer.from([0, 4, 0, 0, 255, 255]))]);
const pingRound = (): Buffer => many(500, () => [frame(types.ping, 0, 0, Buffer.alloc(8))]);

const controls: readonly HttpRow[] = [
  { name: "SETTINGS", round: settingsRound },
  { name: "PING", round: pingRound },
].map(({ name, round }) => ({
  row: 40,
  name: `HTTP/2: ${name} without end, whose answers nobody reads`,
  async holds(stage) {
    const client = await RawHttp2.open(stage.portOf("https"));
    client.socket.pause();
    await flood(client, stage, round, 4000);
    client.socket.resume();
    await isEnded(client);
  },
}));

const windows: readonly HttpRow[] = [
  {
    row: 40,
    name: "HTTP/2: a window of nothing holds back the endpoint, and is not waited for without end",
    async holds({ portOf, raw }) {
      raw.forget();
      const client = await RawHttp2.open(portOf("https"), Buffer.from([0, 4, 0, 0, 0, 0]));
      for (let at = 0; at < 20; at += 1) client.ask(streamNumber(at), pseudo("/raw/endless-body"));
      await client.until("an answer", () => client.statusOf(1) === 200);
      await client.until("the end of the streams", () => client.resetOf(1) !== undefined || client.isClosed, seconds);
      client.close();
      assert.equal(client.dataOf(1), "");
      assert.ok(raw.sent() < 200 * 1024 * 1024, `${raw.sent()} bytes were taken`);
    },
  },
  {
    row: 40,
    name: "HTTP/2: who makes the engine reset streams is cut off, or others are served meanwhile",
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      const round = (number_: number): Buffer =>
        many(perRound, (at) => {
          const stream = streamNumber(number_ * perRound + at);
          return [
            frame(types.headers, endStream | endHeaders, stream, request),
            frame(types.window, 0, stream, number(0)),
          ];
        });
      await flood(client, stage, round, 250);
      client.close();
    },
  },
];

const oversized: readonly HttpRow[] = [
  {
    row: 43,
    name: "HTTP/2: a head of 1 MiB",
    async holds(stage) {
      const client = await RawHttp2.open(stage.portOf("https"));
      client.send(frame(types.headers, endStream, 1, request));
      const pieces = Array.from({ length: 64 }, (_, at) =>
        frame(types.continuation, at === 63 ? endHeaders : 0, 1, field(`x-${at}`, "a".repeat(16_000))),
      );
      client.send(...pieces);
      await client.until(
        "a refusal",
        () => client.statusOf(1) !== undefined || client.resetOf(1) !== undefined || client.isClosed,
      );
      client.close();
      assert.ok(client.statusOf(1) !== 200);
    },
  },
  {
    row: 43,
    name: "HTTP/2: 1,000 fields",
    async holds({ portOf }) {
      const client = await RawHttp2.open(portOf("https"));
      client.send(
        frame(
          types.headers,
          endStream | endHeaders,
          1,
          Buffer.concat([request, many(1000, () => [field("x-a", "1")])]),
        ),
      );
      await client.until(
        "a refusal",
        () => client.statusOf(1) !== undefined || client.resetOf(1) !== undefined || client.isClosed,
      );
      client.close();
      assert.ok(client.statusOf(1) !== 200);
    },
  },
];

export const http2FloodRows: readonly HttpRow[] = [...resets, ...heads, ...controls, ...windows, ...oversized];
