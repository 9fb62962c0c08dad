import { CLASS, type Edns, MAX_UDP_BYTES, type Message, OPCODE, type Question, RCODE } from "./message.ts";
import { readRecordHead } from "./rdata-wire.ts";
import { type ResourceRecord, TYPE } from "./record.ts";
import { EdnsReader, type Header, readHeader, readQuestion } from "./wire.ts";
import { WireReader } from "./wire-reader.ts";

/** What a client wants to know, as far as it could be read. */
export interface Asked {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly checkingDisabled: boolean;
  readonly question: Question | undefined;
  readonly edns: Edns | undefined;
}
/** One that can be answered: one question of class IN, for records that can be asked for. */
export interface Query extends Asked {
  readonly question: Question;
}

/** What came in: something to answer, something to refuse with `rcode`, or something that no answer must be given to. */
export type Incoming =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "refused"; readonly asked: Asked; readonly rcode: number }
  | { readonly kind: "ignored" };

const HEADER_BYTES = 12;

/**
 * Judges a message from a client. Answers are never answered, else two servers could keep each other busy for ever.
 * Source: RFC 1035 section 4.1, RFC 6891 sections 6 and 7, RFC 9619 (exactly one question).
 */
export function readQuery(bytes: Uint8Array): Incoming {
  if (bytes.length < HEADER_BYTES) return { kind: "ignored" };
  const from = new WireReader(bytes);
  const header = readHeader(from);
  if (header.isResponse) return { kind: "ignored" };
  const { id, opcode, recursionDesired, checkingDisabled } = header;
  const unread = { id, opcode, recursionDesired, checkingDisabled, question: undefined, edns: undefined };
  if (opcode === OPCODE.UPDATE) return refused(unread, RCODE.REFUSED);
  if (opcode !== OPCODE.QUERY) return refused(unread, RCODE.NOTIMP);
  if (header.counts.questions !== 1) return refused(unread, RCODE.FORMERR);
  const question = readQuestion(from);
  if (from.fault !== undefined) return refused(unread, RCODE.FORMERR);
  const rest = readRest(from, header);
  const asked = { ...unread, question, edns: rest.edns };
  const rcode = from.fault === undefined ? refusalOf(question, header, rest) : RCODE.FORMERR;
  return rcode === undefined ? { kind: "query", query: asked } : refused(asked, rcode);
}

const refused = (asked: Asked, rcode: number): Incoming => ({ kind: "refused", asked, rcode });

interface Rest {
  readonly edns: Edns | undefined;
  readonly isSigned: boolean;
}

/** What follows the question. Nothing but EDNS means something to us; the rest must be well-formed and is left aside. */
function readRest(from: WireReader, { counts }: Header): Rest {
  const edns = new EdnsReader(from);
  const firstAdditional = counts.answers + counts.authorities;
  let isSigned = false;
  for (let i = 0; i < firstAdditional + counts.additionals && from.fault === undefined; i++) {
    edns.isAllowed = i >= firstAdditional;
    const head = readRecordHead(from);
    if (head.type === TYPE.TSIG || head.type === TYPE.SIG) isSigned = true;
    if (head.type === TYPE.OPT) edns.read(head);
    else from.take(head.sizeBytes);
  }
  if (!from.isAtEnd) from.fail("something follows the message");
  return { edns: edns.found, isSigned };
}

/** The response code for a well-formed query that gets no answer: an unknown class, a zone transfer, a signature, an old pseudo-type. */
function refusalOf(question: Question, { counts }: Header, { edns, isSigned }: Rest): number | undefined {
  if (edns !== undefined && edns.version > 0) return RCODE.BADVERS;
  if (isSigned || question.class !== CLASS.IN) return RCODE.REFUSED;
  switch (question.type) {
    case TYPE.AXFR:
    case TYPE.IXFR:
      return RCODE.REFUSED;
    case TYPE.MAILA:
    case TYPE.MAILB:
    case TYPE.TKEY:
      return RCODE.NOTIMP;
    case 0:
    case TYPE.OPT:
    case TYPE.TSIG:
      return RCODE.FORMERR;
    default:
      return counts.answers + counts.authorities > 0 ? RCODE.FORMERR : undefined;
  }
}

/** What an answer says, besides echoing what was asked. */
export interface Content {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** An answer that consists of a response code. */
export const emptyContent = (rcode: number): Content => ({
  rcode,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});

/** The message that answers `asked`. EDNS is spoken with whom spoke it. */
export const responseTo = (asked: Asked, content: Content): Message => ({
  ...content,
  id: asked.id,
  isResponse: true,
  opcode: asked.opcode,
  truncated: false,
  recursionDesired: asked.recursionDesired,
  recursionAvailable: true,
  authenticData: false,
  checkingDisabled: asked.checkingDisabled,
  questions: asked.question === undefined ? [] : [asked.question],
  edns: asked.edns === undefined ? undefined : { udpSizeBytes: MAX_UDP_BYTES, version: 0, dnssecOk: false },
});
