import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { answer } from "./answer.ts";
import { MAX_TCP_BYTES, udpLimitBytes } from "./message.ts";
import { emptyContent, readQuery, responseTo } from "./query.ts";
import { TYPE } from "./record.ts";
import { showRecord } from "./specimens.ts";
import { encodeAsking, judgeReply } from "./upstream-reply.ts";
import { decodeMessage, encodeMessage } from "./wire.ts";
import { Zone } from "./zone.ts";

const MESSAGES = Number(process.env.PORTOLAN_FUZZ_MESSAGES ?? 200_000);

/** Whole numbers below `limit`, the same ones for the same seed. Source: Marsaglia, Xorshift RNGs (2003). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const zone = new Zone({
  domain: "cluster.local.",
  cidrs: [mustCidr("10.96.0.0/12")],
  nameServers: [mustIp("10.96.0.10")],
});
const names = [
  "dns-version.cluster.local.",
  "1.0.96.10.in-addr.arpa.",
  "10-96-0-1.default.pod.cluster.local.",
  "example.com.",
  ".",
];
const types = [TYPE.A, TYPE.TXT, TYPE.PTR, TYPE.SRV, TYPE.ANY, TYPE.SOA];

/** Well-formed messages to start from: queries, and an answer with one of each record. */
const seeds: readonly Uint8Array[] = [
  ...names.flatMap((name) => types.map((type) => encodeAsking({ id: 7, name, type, withEdns: type !== TYPE.A }))),
  encodeMessage(
    {
      ...responseTo(
        {
          id: 7,
          opcode: 0,
          recursionDesired: true,
          checkingDisabled: false,
          question: { name: "example.com.", type: TYPE.A, class: 1 },
          edns: undefined,
        },
        emptyContent(0),
      ),
      answers: [
        { name: "example.com.", ttlSeconds: 60, rdata: { type: "CNAME", target: "a.example.com." } },
        { name: "a.example.com.", ttlSeconds: 60, rdata: { type: "A", address: mustIp("192.0.2.1") } },
        { name: "a.example.com.", ttlSeconds: 60, rdata: { type: "TXT", texts: ["one", "two"] } },
        { name: "a.example.com.", ttlSeconds: 60, rdata: { type: "MX", preference: 1, target: "mx.example.com." } },
        {
          name: "a.example.com.",
          ttlSeconds: 60,
          rdata: { type: "SRV", priority: 1, weight: 1, port: 1, target: "a.example.com." },
        },
      ],
    },
    MAX_TCP_BYTES,
  ),
];

/** A well-formed message with up to eight bytes changed, cut short or lengthened. */
function mutated(next: (limit: number) => number): Uint8Array {
  const seed = seeds[next(seeds.length)] ?? new Uint8Array();
  const bytes = new Uint8Array(seed.length + (next(4) === 0 ? next(40) : 0));
  bytes.set(seed);
  for (let i = next(9); i > 0; i--) bytes[next(bytes.length)] = next(4) === 0 ? 0xc0 : next(256);
  return next(4) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
}

test(`${MESSAGES} broken messages: each is answered within its limit, refused or ignored`, () => {
  const next = numbers(20_261_120);
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = mutated(next);
    const incoming = readQuery(bytes);
    if (incoming.kind === "ignored") continue;
    const asked = incoming.kind === "query" ? incoming.query : incoming.asked;
    const told = incoming.kind === "query" ? answer(zone, incoming.query.question, i) : undefined;
    const content = told?.kind === "complete" ? told.content : emptyContent(5);
    const response = encodeMessage(responseTo(asked, content), udpLimitBytes(asked.edns));
    assert.ok(response.length <= udpLimitBytes(asked.edns), Buffer.from(bytes).toString("hex"));
  }
});

test(`${MESSAGES} broken messages: what can be read is written again and reads the same`, () => {
  const next = numbers(4711);
  let readable = 0;
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = mutated(next);
    judgeReply(bytes, { id: 7, name: "example.com.", type: TYPE.A, withEdns: true });
    const first = decodeMessage(bytes);
    if (first.kind === "malformed") continue;
    readable++;
    const second = decodeMessage(encodeMessage(first.message, MAX_TCP_BYTES));
    assert.ok(second.kind === "message", Buffer.from(bytes).toString("hex"));
    assert.deepEqual(
      second.message.answers.map((record) => showRecord(record).toLowerCase()),
      first.message.answers.map((record) => showRecord(record).toLowerCase()),
      Buffer.from(bytes).toString("hex"),
    );
  }
  assert.ok(readable > MESSAGES / 10, `only ${readable} could be read`);
});
