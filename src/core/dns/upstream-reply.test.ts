import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { CLASS, type Message, RCODE } from "./message.ts";
import { emptyContent, responseTo } from "./query.ts";
import { type ResourceRecord, TYPE } from "./record.ts";
import { showRecord } from "./specimens.ts";
import { type Asking, aged, judgeReply, type Reply } from "./upstream-reply.ts";
import { encodeMessage } from "./wire.ts";

const asking: Asking = { id: 99, name: "www.example.com.", type: TYPE.A, withEdns: true };
const question = { name: asking.name, type: asking.type, class: CLASS.IN };
const plain = responseTo(
  { id: asking.id, opcode: 0, recursionDesired: true, checkingDisabled: false, question, edns: undefined },
  emptyContent(0),
);

const a = (name: string, ip: string, ttlSeconds = 20): ResourceRecord => ({
  name,
  ttlSeconds,
  rdata: { type: "A", address: mustIp(ip) },
});
const cname = (name: string, target: string): ResourceRecord => ({
  name,
  ttlSeconds: 25,
  rdata: { type: "CNAME", target },
});
const soa = (name: string, minimum = 7): ResourceRecord => ({
  name,
  ttlSeconds: 3600,
  rdata: {
    type: "SOA",
    primary: "ns.example.com.",
    mailbox: "x.example.com.",
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum,
  },
});
const chain = (length: number): ResourceRecord[] =>
  Array.from({ length }, (_, i) => cname(i === 0 ? asking.name : `c${i}.example.com.`, `c${i + 1}.example.com.`));

const judge = (fields: Partial<Message>) => judgeReply(encodeMessage({ ...plain, ...fields }, 65_535), asking);
const good = a(asking.name, "192.0.2.1");

const kinds: readonly { readonly name: string; readonly fields: Partial<Message>; readonly is: string }[] = [
  { name: "the answer", fields: { answers: [good] }, is: "reply" },
  { name: "an answer to another id", fields: { id: 98, answers: [good] }, is: "foreign" },
  {
    name: "an answer to another name",
    fields: { questions: [{ ...question, name: "evil.example.com." }], answers: [good] },
    is: "foreign",
  },
  {
    name: "an answer in other letters",
    fields: { questions: [{ ...question, name: "WWW.example.com." }], answers: [good] },
    is: "foreign",
  },
  { name: "an answer to another type", fields: { questions: [{ ...question, type: TYPE.AAAA }] }, is: "foreign" },
  { name: "an answer to another class", fields: { questions: [{ ...question, class: 3 }] }, is: "foreign" },
  { name: "an answer without its question", fields: { questions: [], answers: [good] }, is: "foreign" },
  { name: "an answer to two questions", fields: { questions: [question, question] }, is: "foreign" },
  { name: "a question", fields: { isResponse: false }, is: "foreign" },
  { name: "a truncated answer", fields: { truncated: true }, is: "truncated" },
  { name: "SERVFAIL", fields: { rcode: RCODE.SERVFAIL }, is: "refused" },
  { name: "REFUSED", fields: { rcode: RCODE.REFUSED }, is: "refused" },
  {
    name: "FORMERR of a server that couldn't read the question",
    fields: { rcode: RCODE.FORMERR, questions: [] },
    is: "refused",
  },
  { name: "ten aliases", fields: { answers: [...chain(10), a("c10.example.com.", "192.0.2.1")] }, is: "reply" },
  {
    name: "a hundred aliases",
    fields: { answers: [...chain(100), a("c100.example.com.", "192.0.2.1")] },
    is: "refused",
  },
  {
    name: "aliases in a circle",
    fields: { answers: [cname(asking.name, "b.example.com."), cname("b.example.com.", asking.name)] },
    is: "refused",
  },
  { name: "NXDOMAIN", fields: { rcode: RCODE.NXDOMAIN, authorities: [soa("example.com.")] }, is: "reply" },
];
for (const { name, fields, is } of kinds) {
  test(`${name} is ${is === "reply" ? "a reply" : is}`, () => assert.equal(judge(fields).kind, is));
}

test("what isn't a message is foreign", () => assert.equal(judgeReply(Uint8Array.of(1, 2, 3), asking).kind, "foreign"));

function replyTo(fields: Partial<Message>): Reply {
  const judged = judge(fields);
  assert.ok(judged.kind === "reply");
  return judged.reply;
}

test("only what answers the question is told on", () => {
  const reply = replyTo({
    answers: [
      cname(asking.name, "edge.example.net."),
      a("edge.example.net.", "192.0.2.1"),
      a("bank.example.", "203.0.113.66"),
    ],
    authorities: [
      { name: "example.net.", ttlSeconds: 9, rdata: { type: "NS", target: "evil.example." } },
      soa("example.net."),
    ],
    additionals: [a("evil.example.", "203.0.113.66")],
  });
  assert.deepEqual(reply.answers.map(showRecord), [
    "www.example.com. 25 IN CNAME edge.example.net.",
    "edge.example.net. 20 IN A 192.0.2.1",
  ]);
  assert.deepEqual(reply.authorities, []);
  assert.equal(reply.lifetimeSeconds, 20);
});

test("nothing is kept longer than 30 s", () => {
  const reply = replyTo({ answers: [a(asking.name, "192.0.2.1", 0x7fff_ffff)] });
  assert.equal(reply.lifetimeSeconds, 30);
  assert.equal(reply.answers[0]?.ttlSeconds, 30);
});

test('a "no" is kept as long as its SOA says', () => {
  assert.equal(replyTo({ rcode: RCODE.NXDOMAIN, authorities: [soa("example.com.")] }).lifetimeSeconds, 7);
  assert.equal(replyTo({ rcode: RCODE.NXDOMAIN, authorities: [soa("example.com.", 9999)] }).lifetimeSeconds, 30);
  assert.equal(replyTo({ authorities: [soa("com.")] }).lifetimeSeconds, 7);
});

test('a "no" without its SOA, or with somebody else\'s, is not kept', () => {
  assert.equal(replyTo({ rcode: RCODE.NXDOMAIN }).lifetimeSeconds, 0);
  const foreign = replyTo({ rcode: RCODE.NXDOMAIN, authorities: [soa("example.org.")] });
  assert.deepEqual(foreign.authorities, []);
  assert.equal(foreign.lifetimeSeconds, 0);
});

test("a reply grows old", () => {
  const reply = aged(replyTo({ answers: [good] }), 15);
  assert.deepEqual(reply.answers.map(showRecord), ["www.example.com. 5 IN A 192.0.2.1"]);
  assert.equal(aged(reply, 99).answers[0]?.ttlSeconds, 0);
});
