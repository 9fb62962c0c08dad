import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_UDP_BYTES } from "./message.ts";
import { emptyContent, type Incoming, readQuery, responseTo } from "./query.ts";
import { TYPE } from "./record.ts";
import { rcodeName } from "./specimens.ts";
import { decodeMessage, encodeMessage } from "./wire.ts";

interface Parts {
  readonly flags?: number;
  readonly counts?: readonly number[];
  readonly body?: readonly number[];
}
const packet = ({ flags = 0x0100, counts = [1, 0, 0, 0], body = question() }: Parts = {}): Uint8Array =>
  Uint8Array.from([0x12, 0x34, ...u16(flags), ...counts.flatMap(u16), ...body]);
const u16 = (value: number): number[] => [value >>> 8, value & 255];
const label = (text: string): number[] => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))];
const question = (type: number = TYPE.A, klass = 1): number[] => [
  ...label("Web"),
  ...label("local"),
  0,
  ...u16(type),
  ...u16(klass),
];
const opt = ({
  version = 0,
  name = [0],
  options = [],
}: {
  version?: number;
  name?: number[];
  options?: number[];
} = {}): number[] => [...name, ...u16(TYPE.OPT), ...u16(4096), 0, version, 0, 0, ...u16(options.length), ...options];
const emptyRecord = (type: number): number[] => [0, ...u16(type), 0, 255, 0, 0, 0, 0, 0, 0];

/** What a client gets: `answer`, `silence`, or the refusal's code. */
const outcome = (incoming: Incoming): string => {
  switch (incoming.kind) {
    case "query":
      return "answer";
    case "ignored":
      return "silence";
    case "refused":
      return rcodeName(incoming.rcode);
  }
};

const cases: readonly { readonly name: string; readonly bytes: Uint8Array; readonly gets: string }[] = [
  { name: "a plain question", bytes: packet(), gets: "answer" },
  {
    name: "a question with EDNS",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...opt()] }),
    gets: "answer",
  },
  {
    name: "EDNS with a cookie",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...opt({ options: [0, 10, 0, 2, 1, 2] })] }),
    gets: "answer",
  },
  { name: "nothing", bytes: new Uint8Array(), gets: "silence" },
  { name: "a header cut short", bytes: packet().subarray(0, 11), gets: "silence" },
  { name: "an answer", bytes: packet({ flags: 0x8180 }), gets: "silence" },
  { name: "no question", bytes: packet({ counts: [0, 0, 0, 0], body: [] }), gets: "FORMERR" },
  {
    name: "two questions",
    bytes: packet({ counts: [2, 0, 0, 0], body: [...question(), ...question()] }),
    gets: "FORMERR",
  },
  { name: "65535 questions", bytes: packet({ counts: [65_535, 0, 0, 0] }), gets: "FORMERR" },
  { name: "a question cut short", bytes: packet({ body: question().slice(0, -1) }), gets: "FORMERR" },
  { name: "a pointer loop", bytes: packet({ body: [0xc0, 12, 0, 1, 0, 1] }), gets: "FORMERR" },
  { name: "a label of 64 bytes", bytes: packet({ body: [64, ...Array(64).fill(97), 0, 0, 1, 0, 1] }), gets: "FORMERR" },
  {
    name: "a name of 256 bytes",
    bytes: packet({
      body: [
        ...Array(4)
          .fill([63, ...Array(63).fill(97)])
          .flat(),
        0,
        0,
        1,
        0,
        1,
      ],
    }),
    gets: "FORMERR",
  },
  { name: "trailing junk", bytes: packet({ body: [...question(), 1, 2, 3] }), gets: "FORMERR" },
  {
    name: "an answer within the question",
    bytes: packet({ counts: [1, 1, 0, 0], body: [...question(), ...emptyRecord(TYPE.TXT)] }),
    gets: "FORMERR",
  },
  { name: "65535 additional records that aren't there", bytes: packet({ counts: [1, 0, 0, 65_535] }), gets: "FORMERR" },
  {
    name: "EDNS twice",
    bytes: packet({ counts: [1, 0, 0, 2], body: [...question(), ...opt(), ...opt()] }),
    gets: "FORMERR",
  },
  {
    name: "EDNS with a name",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...opt({ name: [1, 97, 0] })] }),
    gets: "FORMERR",
  },
  {
    name: "EDNS among the answers",
    bytes: packet({ counts: [1, 1, 0, 0], body: [...question(), ...opt()] }),
    gets: "FORMERR",
  },
  {
    name: "an EDNS option longer than EDNS",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...opt({ options: [0, 10, 0, 9, 1] })] }),
    gets: "FORMERR",
  },
  {
    name: "EDNS version 1",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...opt({ version: 1 })] }),
    gets: "BADVERS",
  },
  { name: "a zone transfer", bytes: packet({ body: question(TYPE.AXFR) }), gets: "REFUSED" },
  {
    name: "an incremental transfer",
    bytes: packet({ counts: [1, 0, 1, 0], body: [...question(TYPE.IXFR), ...emptyRecord(TYPE.SOA)] }),
    gets: "REFUSED",
  },
  { name: "a dynamic update", bytes: packet({ flags: 5 << 11 }), gets: "REFUSED" },
  { name: "a notification", bytes: packet({ flags: 4 << 11 }), gets: "NOTIMP" },
  { name: "opcode 15", bytes: packet({ flags: 15 << 11 }), gets: "NOTIMP" },
  { name: "class CHAOS", bytes: packet({ body: question(TYPE.TXT, 3) }), gets: "REFUSED" },
  { name: "class ANY", bytes: packet({ body: question(TYPE.A, 255) }), gets: "REFUSED" },
  {
    name: "a signature we have no key for",
    bytes: packet({ counts: [1, 0, 0, 1], body: [...question(), ...emptyRecord(TYPE.TSIG)] }),
    gets: "REFUSED",
  },
  { name: "type 0", bytes: packet({ body: question(0) }), gets: "FORMERR" },
  { name: "a question for OPT", bytes: packet({ body: question(TYPE.OPT) }), gets: "FORMERR" },
  { name: "a question for MAILB", bytes: packet({ body: question(TYPE.MAILB) }), gets: "NOTIMP" },
  { name: "a question for an unknown type", bytes: packet({ body: question(4711) }), gets: "answer" },
];

for (const { name, bytes, gets } of cases) {
  test(`${name} gets ${gets}`, () => assert.equal(outcome(readQuery(bytes)), gets));
}

test("a refusal is no larger than what it refuses, and echoes id, question and EDNS", () => {
  for (const { name, bytes } of cases) {
    const incoming = readQuery(bytes);
    if (incoming.kind !== "refused") continue;
    const response = encodeMessage(responseTo(incoming.asked, emptyContent(incoming.rcode)), MAX_UDP_BYTES);
    assert.ok(response.length <= bytes.length, name);
    const decoded = decodeMessage(response);
    assert.ok(decoded.kind === "message", name);
    const { id, isResponse, rcode, questions, edns } = decoded.message;
    assert.deepEqual({ id, isResponse, rcode }, { id: 0x1234, isResponse: true, rcode: incoming.rcode }, name);
    assert.deepEqual(questions, incoming.asked.question === undefined ? [] : [incoming.asked.question], name);
    assert.equal(edns !== undefined, incoming.asked.edns !== undefined, name);
  }
});

test("the case of a question is kept", () => {
  const incoming = readQuery(packet());
  assert.ok(incoming.kind === "query");
  assert.equal(incoming.query.question.name, "Web.local.");
});
