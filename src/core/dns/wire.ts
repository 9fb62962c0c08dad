import { CLASS, type Edns, type Message, type Question, RCODE } from "./message.ts";
import { type RecordHead, readRdata, readRecordHead, writeRdata } from "./rdata-wire.ts";
import { type ResourceRecord, TYPE } from "./record.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

export type Decoded =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "malformed"; readonly because: string };

/** Reads a whole message. Records of other classes than IN are checked and left out. */
export function decodeMessage(bytes: Uint8Array): Decoded {
  const from = new WireReader(bytes);
  const head = readHeader(from);
  const questions: Question[] = [];
  for (let i = 0; i < head.counts.questions && from.fault === undefined; i++) questions.push(readQuestion(from));
  const edns = new EdnsReader(from);
  const answers = readRecords(from, head.counts.answers, edns);
  const authorities = readRecords(from, head.counts.authorities, edns);
  edns.isAllowed = true;
  const additionals = readRecords(from, head.counts.additionals, edns);
  if (!from.isAtEnd) from.fail("something follows the message");
  if (from.fault !== undefined) return { kind: "malformed", because: from.fault };
  const { counts, ...flags } = head;
  const rcode = head.rcode | (edns.rcodeUpperBits << 4);
  return {
    kind: "message",
    message: { ...flags, rcode, questions, answers, authorities, additionals, edns: edns.found },
  };
}

type HeaderFlags = Omit<Message, "questions" | "answers" | "authorities" | "additionals" | "edns">;
export interface Header extends HeaderFlags {
  readonly counts: {
    readonly questions: number;
    readonly answers: number;
    readonly authorities: number;
    readonly additionals: number;
  };
}

/** RFC 1035 section 4.1.1: twelve bytes. */
export function readHeader(from: WireReader): Header {
  const id = from.u16();
  const flags = from.u16();
  return {
    id,
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >>> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticData: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: flags & 15,
    counts: { questions: from.u16(), answers: from.u16(), authorities: from.u16(), additionals: from.u16() },
  };
}

export const readQuestion = (from: WireReader): Question => ({
  name: from.name(),
  type: from.u16(),
  class: from.u16(),
});

function readRecords(from: WireReader, count: number, edns: EdnsReader): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let i = 0; i < count && from.fault === undefined; i++) {
    const head = readRecordHead(from);
    if (head.type === TYPE.OPT) edns.read(head);
    else if (head.class === CLASS.IN)
      records.push({ name: head.name, ttlSeconds: ttl(head), rdata: readRdata(from, head.type, head.sizeBytes) });
    else from.take(head.sizeBytes);
  }
  return records;
}

// RFC 2181 section 8: a TTL with the top bit set is zero.
const ttl = ({ ttlSeconds }: RecordHead): number => (ttlSeconds > 0x7fff_ffff ? 0 : ttlSeconds);

/** Finds the OPT record among the others: one, at the root, in the additional section (RFC 6891 section 6.1.1). */
export class EdnsReader {
  found: Edns | undefined = undefined;
  rcodeUpperBits = 0;
  isAllowed = false;
  readonly #from: WireReader;

  constructor(from: WireReader) {
    this.#from = from;
  }

  read(head: RecordHead): void {
    const from = this.#from;
    if (!this.isAllowed) from.fail("EDNS stands in the wrong section");
    if (this.found !== undefined) from.fail("EDNS stands twice");
    if (head.name !== ".") from.fail("EDNS has a name");
    this.found = {
      udpSizeBytes: head.class,
      version: (head.ttlSeconds >>> 16) & 255,
      dnssecOk: (head.ttlSeconds & 0x8000) !== 0,
    };
    this.rcodeUpperBits = head.ttlSeconds >>> 24;
    const end = from.at + head.sizeBytes;
    while (from.at < end && from.fault === undefined) {
      from.u16();
      from.take(from.u16());
    }
    if (from.fault === undefined && from.at !== end) from.fail("an EDNS option's length is wrong");
  }
}

const OPT_BYTES = 11;

/**
 * Writes a message of at most `limitBytes`. Where answers or authorities don't fit, those that do are there and the TC flag is set;
 * additional records are left out silently (RFC 2181 section 9).
 */
export function encodeMessage(message: Message, limitBytes: number): Uint8Array {
  const to = new WireWriter();
  to.u16(message.id);
  to.u16(0);
  for (let i = 0; i < 4; i++) to.u16(0);
  for (const { name, type, class: klass } of message.questions) {
    to.name(name);
    to.u16(type);
    to.u16(klass);
  }
  const forRecords = limitBytes - (message.edns === undefined ? 0 : OPT_BYTES);
  const answers = writeRecords(to, message.answers, forRecords);
  let isCut = answers < message.answers.length;
  const authorities = isCut ? 0 : writeRecords(to, message.authorities, forRecords);
  isCut ||= authorities < message.authorities.length;
  const additionals = isCut ? 0 : writeRecords(to, message.additionals, forRecords);
  if (message.edns !== undefined) writeEdns(to, message.edns, message.rcode);
  to.u16At(2, flagsOf(message, isCut));
  to.u16At(4, message.questions.length);
  to.u16At(6, answers);
  to.u16At(8, authorities);
  to.u16At(10, additionals + (message.edns === undefined ? 0 : 1));
  return to.written();
}

/** How many of them fitted; after the first that doesn't, the message ends. */
function writeRecords(to: WireWriter, records: readonly ResourceRecord[], limitBytes: number): number {
  for (const [index, { name, ttlSeconds, rdata }] of records.entries()) {
    const start = to.at;
    to.name(name);
    to.u16(rdata.type === "opaque" ? rdata.number : TYPE[rdata.type]);
    to.u16(CLASS.IN);
    to.u32(ttlSeconds);
    to.counted(() => writeRdata(to, rdata));
    if (to.at > limitBytes) {
      to.at = start;
      return index;
    }
  }
  return records.length;
}

function writeEdns(to: WireWriter, { udpSizeBytes, version, dnssecOk }: Edns, rcode: number): void {
  to.u8(0);
  to.u16(TYPE.OPT);
  to.u16(udpSizeBytes);
  to.u32((rcode >>> 4) * 0x100_0000 + version * 0x1_0000 + (dnssecOk ? 0x8000 : 0));
  to.u16(0);
}

function flagsOf(message: Message, isCut: boolean): number {
  return (
    (message.isResponse ? 0x8000 : 0) |
    (message.opcode << 11) |
    (message.authoritative ? 0x0400 : 0) |
    (message.truncated || isCut ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x0080 : 0) |
    (message.authenticData ? 0x0020 : 0) |
    (message.checkingDisabled ? 0x0010 : 0) |
    // Without EDNS there is no room for the upper bits: the client learns that the server failed.
    (message.rcode > 15 && message.edns === undefined ? RCODE.SERVFAIL : message.rcode & 15)
  );
}
