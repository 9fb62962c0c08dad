import assert from "node:assert/strict";
import { test } from "node:test";
import { decode as oracleDecode, encode as oracleEncode, type Packet } from "dns-packet";
import { mustIp } from "#net/ip.ts";
import { CLASS, type Message, RCODE } from "./message.ts";
import { type Rdata, type ResourceRecord, TYPE } from "./record.ts";
import { showRecord } from "./specimens.ts";
import { decodeMessage, encodeMessage } from "./wire.ts";

const message = (fields: Partial<Message> = {}): Message => ({
  id: 4711,
  isResponse: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: true,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: "web.default.svc.cluster.local.", type: TYPE.ANY, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
  edns: undefined,
  ...fields,
});

const record = (rdata: Rdata, name = "web.default.svc.cluster.local."): ResourceRecord => ({
  name,
  ttlSeconds: 5,
  rdata,
});

/** One of each, with the line that a zone file would have, and what the oracle makes of its content. */
const kinds: readonly { readonly rdata: Rdata; readonly line: string; readonly oracle: unknown }[] = [
  { rdata: { type: "A", address: mustIp("10.96.0.17") }, line: "A 10.96.0.17", oracle: "10.96.0.17" },
  { rdata: { type: "AAAA", address: mustIp("fd00:10::1") }, line: "AAAA fd00:10::1", oracle: "fd00:10::1" },
  { rdata: { type: "CNAME", target: "db.example.com." }, line: "CNAME db.example.com.", oracle: "db.example.com" },
  { rdata: { type: "NS", target: "ns.cluster.local." }, line: "NS ns.cluster.local.", oracle: "ns.cluster.local" },
  { rdata: { type: "PTR", target: "cluster.local." }, line: "PTR cluster.local.", oracle: "cluster.local" },
  { rdata: { type: "DNAME", target: "example.org." }, line: "DNAME example.org.", oracle: "example.org" },
  {
    rdata: { type: "MX", preference: 10, target: "mail.example.com." },
    line: "MX 10 mail.example.com.",
    oracle: { preference: 10, exchange: "mail.example.com" },
  },
  {
    rdata: { type: "SRV", priority: 0, weight: 100, port: 8443, target: "web.default.svc.cluster.local." },
    line: "SRV 0 100 8443 web.default.svc.cluster.local.",
    oracle: { priority: 0, weight: 100, port: 8443, target: "web.default.svc.cluster.local" },
  },
  {
    rdata: {
      type: "SOA",
      primary: "ns.cluster.local.",
      mailbox: "hostmaster.cluster.local.",
      serial: 4_000_000_000,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: 5,
    },
    line: "SOA ns.cluster.local. hostmaster.cluster.local. 4000000000 7200 1800 86400 5",
    oracle: {
      mname: "ns.cluster.local",
      rname: "hostmaster.cluster.local",
      serial: 4_000_000_000,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: 5,
    },
  },
  {
    rdata: { type: "TXT", texts: ['say "hi"', ""] },
    line: 'TXT "say \\034hi\\034" ""',
    oracle: [Buffer.from('say "hi"'), Buffer.alloc(0)],
  },
  { rdata: { type: "HINFO", texts: ["RFC8482", ""] }, line: 'HINFO "RFC8482" ""', oracle: { cpu: "RFC8482", os: "" } },
  {
    rdata: { type: "opaque", number: TYPE.HTTPS, bytes: Uint8Array.of(0, 1, 0) },
    line: "HTTPS \\# 3 000100",
    oracle: Buffer.of(0, 1, 0),
  },
];

for (const { rdata, line, oracle } of kinds) {
  test(`a record goes over the wire and back: ${line}`, () => {
    const sent = message({ answers: [record(rdata), record(rdata, "x.web.default.svc.cluster.local.")] });
    const bytes = encodeMessage(sent, 1232);
    const decoded = decodeMessage(bytes);
    assert.ok(decoded.kind === "message");
    assert.deepEqual(decoded.message, sent);
    assert.equal(showRecord(record(rdata)), `web.default.svc.cluster.local. 5 IN ${line}`);
    const [first] = oracleDecode(Buffer.from(bytes)).answers ?? [];
    assert.ok(first !== undefined && "data" in first);
    assert.deepEqual(first.data, oracle);
  });
}

test("every kind of content is in the table above", () => {
  const types: Rdata["type"][] = [
    "A",
    "AAAA",
    "CNAME",
    "DNAME",
    "HINFO",
    "MX",
    "NS",
    "PTR",
    "SOA",
    "SRV",
    "TXT",
    "opaque",
  ];
  assert.deepEqual(kinds.map(({ rdata }) => rdata.type).toSorted(), types);
});

test("messages that the oracle wrote are read", () => {
  const packet: Packet = {
    type: "response",
    id: 77,
    flags: 0x0180,
    questions: [{ type: "A", name: "www.example.com" }],
    answers: [
      { type: "CNAME", name: "www.example.com", ttl: 60, data: "edge.example.net" },
      { type: "A", name: "edge.example.net", ttl: 60, data: "192.0.2.7" },
    ],
    authorities: [{ type: "NS", name: "example.net", ttl: 60, data: "ns1.example.net" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1400,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0x8000,
        flag_do: true,
        options: [],
      },
    ],
  };
  const decoded = decodeMessage(oracleEncode(packet));
  assert.ok(decoded.kind === "message");
  assert.deepEqual(decoded.message.answers.map(showRecord), [
    "www.example.com. 60 IN CNAME edge.example.net.",
    "edge.example.net. 60 IN A 192.0.2.7",
  ]);
  assert.deepEqual(decoded.message.authorities.map(showRecord), ["example.net. 60 IN NS ns1.example.net."]);
  assert.deepEqual(decoded.message.edns, { udpSizeBytes: 1400, version: 0, dnssecOk: true });
  assert.equal(decoded.message.recursionAvailable, true);
});

test("names with dots, blanks and foreign bytes in their labels come back as they were", () => {
  const name = "a\\046b.\\032\\092\\255.example.";
  const decoded = decodeMessage(encodeMessage(message({ questions: [{ name, type: 1, class: 1 }] }), 512));
  assert.ok(decoded.kind === "message");
  assert.equal(decoded.message.questions[0]?.name, name);
});

test("an answer's owner has the case of the question", () => {
  const questions = [{ name: "Web.Default.svc.cluster.local.", type: TYPE.A, class: CLASS.IN }];
  const answers = [record({ type: "A", address: mustIp("10.96.0.17") })];
  const decoded = decodeMessage(encodeMessage(message({ questions, answers }), 512));
  assert.ok(decoded.kind === "message");
  assert.deepEqual(decoded.message.answers.map(showRecord), ["Web.Default.svc.cluster.local. 5 IN A 10.96.0.17"]);
});

test("the root is a name", () => {
  const questions = [{ name: ".", type: TYPE.NS, class: CLASS.IN }];
  const answers = [record({ type: "NS", target: "a.root-servers.net." }, ".")];
  const decoded = decodeMessage(encodeMessage(message({ questions, answers }), 512));
  assert.ok(decoded.kind === "message");
  assert.deepEqual(decoded.message.questions, questions);
  assert.deepEqual(decoded.message.answers, answers);
});

test("repeated names cost two bytes", () => {
  const one = encodeMessage(
    message({ answers: [record({ type: "CNAME", target: "web.default.svc.cluster.local." })] }),
    512,
  );
  assert.equal(one.length, 12 + 31 + 4 + 2 + 10 + 2);
});

test("a message that doesn't fit says so, and holds what fits", () => {
  const answers = Array.from({ length: 100 }, (_, i) => record({ type: "A", address: mustIp(`10.244.0.${i}`) }));
  const edns = { udpSizeBytes: 1232, version: 0, dnssecOk: false };
  for (const [limit, count] of [
    [512, 28],
    [1232, 73],
    [65_535, 100],
  ] as const) {
    const bytes = encodeMessage(message({ answers, edns }), limit);
    const decoded = decodeMessage(bytes);
    assert.ok(bytes.length <= limit && decoded.kind === "message");
    assert.equal(decoded.message.answers.length, count);
    assert.equal(decoded.message.truncated, count < 100);
    assert.deepEqual(decoded.message.edns, edns);
  }
});

test("additional records that don't fit are left out without a word", () => {
  const answers = [record({ type: "A", address: mustIp("10.96.0.1") })];
  const additionals = Array.from({ length: 100 }, () => record({ type: "A", address: mustIp("10.96.0.1") }));
  const decoded = decodeMessage(encodeMessage(message({ answers, additionals }), 512));
  assert.ok(decoded.kind === "message");
  assert.equal(decoded.message.truncated, false);
});

test("response codes above 15 travel in EDNS, and are SERVFAIL without it", () => {
  const edns = { udpSizeBytes: 512, version: 0, dnssecOk: false };
  const codeOf = (sent: Message) => {
    const decoded = decodeMessage(encodeMessage(sent, 512));
    return decoded.kind === "message" ? decoded.message.rcode : undefined;
  };
  assert.equal(codeOf(message({ rcode: RCODE.BADVERS, edns })), RCODE.BADVERS);
  assert.equal(codeOf(message({ rcode: RCODE.BADVERS })), RCODE.SERVFAIL);
});

const header = (questions: number, answers = 0): number[] => [0, 1, 0x80, 0, 0, questions, 0, answers, 0, 0, 0, 0];
const malformed: readonly { readonly name: string; readonly bytes: readonly number[]; readonly because: RegExp }[] = [
  { name: "an empty message", bytes: [], because: /the message ends early/ },
  { name: "half a header", bytes: [0, 1, 0], because: /the message ends early/ },
  { name: "a question that is missing", bytes: header(1), because: /a name has no end/ },
  { name: "a pointer to itself", bytes: [...header(1), 0xc0, 12, 0, 1, 0, 1], because: /a pointer leads nowhere/ },
  { name: "a pointer into the header", bytes: [...header(1), 0xc0, 4, 0, 1, 0, 1], because: /a pointer leads nowhere/ },
  {
    name: "two names that point to each other",
    bytes: [...header(2), 1, 97, 0xc0, 20, 0, 1, 0, 1, 1, 97, 0xc0, 12, 0, 1, 0, 1],
    because: /a pointer leads nowhere/,
  },
  { name: "half a pointer", bytes: [...header(1), 0xc0], because: /a pointer leads nowhere/ },
  {
    name: "a label of 64 bytes",
    bytes: [...header(1), 64, ...Array(64).fill(97), 0, 0, 1, 0, 1],
    because: /no known kind/,
  },
  {
    name: "a name of 256 bytes",
    bytes: [
      ...header(1),
      ...Array(4)
        .fill([63, ...Array(63).fill(97)])
        .flat(),
      0,
      0,
      1,
      0,
      1,
    ],
    because: /longer than 255 bytes/,
  },
  { name: "trailing bytes", bytes: [...header(0), 0], because: /something follows/ },
  {
    name: "a record longer than the message",
    bytes: [...header(0, 1), 0, 0, 16, 0, 1, 0, 0, 0, 5, 0, 9, 1],
    because: /longer than the message/,
  },
  {
    name: "an A record of 3 bytes",
    bytes: [...header(0, 1), 0, 0, 1, 0, 1, 0, 0, 0, 5, 0, 3, 1, 2, 3],
    because: /ends early/,
  },
  {
    name: "an A record of 5 bytes",
    bytes: [...header(0, 1), 0, 0, 1, 0, 1, 0, 0, 0, 5, 0, 5, 1, 2, 3, 4, 5],
    because: /length is wrong/,
  },
  {
    name: "65535 answers that aren't there",
    bytes: [0, 1, 0x80, 0, 0, 0, 255, 255, 0, 0, 0, 0],
    because: /a name has no end/,
  },
];
for (const { name, bytes, because } of malformed) {
  test(`what can't be a message is told apart: ${name}`, () => {
    const decoded = decodeMessage(Uint8Array.from(bytes));
    assert.ok(decoded.kind === "malformed");
    assert.match(decoded.because, because);
  });
}

test("a TTL with the top bit set is zero", () => {
  const bytes = Uint8Array.from([...header(0, 1), 0, 0, 1, 0, 1, 0x80, 0, 0, 0, 0, 4, 1, 2, 3, 4]);
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "message");
  assert.equal(decoded.message.answers[0]?.ttlSeconds, 0);
});
