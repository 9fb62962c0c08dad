import { MAX_ALIASES } from "./answer.ts";
import { CLASS, MAX_UDP_BYTES, type Message, OPCODE, RCODE } from "./message.ts";
import { isWithin, lowerName, type Name } from "./name.ts";
import { type Content, emptyContent } from "./query.ts";
import { type ResourceRecord, typeNumber } from "./record.ts";
import { decodeMessage, encodeMessage } from "./wire.ts";

/** A question to another resolver. `name` in lower case, `id` by chance. */
export interface Asking {
  readonly id: number;
  readonly name: Name;
  readonly type: number;
  /** Old servers don't understand EDNS and are asked without. */
  readonly withEdns: boolean;
}

/** No answer to a question may be kept longer, in seconds: a cap on what others claim. As CoreDNS does in a stock cluster. */
const MAX_FOREIGN_TTL_SECONDS = 30;

/** What came back, judged. */
export type Judged =
  /** Not the answer to this question, or not a message: forged, late or broken. Waiting goes on. */
  | { readonly kind: "foreign" }
  /** More than UDP carries: to be asked again over TCP. */
  | { readonly kind: "truncated" }
  /** The server can't or won't tell. */
  | { readonly kind: "refused"; readonly rcode: number }
  | { readonly kind: "reply"; readonly reply: Reply };

/** What may be told on: the records that answer the question, and nothing else that came with them. */
export interface Reply {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  /** The SOA of a negative answer. */
  readonly authorities: readonly ResourceRecord[];
  /** For how long it may be kept; 0: not at all. */
  readonly lifetimeSeconds: number;
}

export const encodeAsking = ({ id, name, type, withEdns }: Asking): Uint8Array =>
  encodeMessage(
    {
      id,
      isResponse: false,
      opcode: OPCODE.QUERY,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name, type, class: CLASS.IN }],
      answers: [],
      authorities: [],
      additionals: [],
      edns: withEdns ? { udpSizeBytes: MAX_UDP_BYTES, version: 0, dnssecOk: false } : undefined,
    },
    MAX_UDP_BYTES,
  );

/** Judges a message that came from the server asked. Its question must be ours to the letter (RFC 5452 section 9.1). */
export function judgeReply(bytes: Uint8Array, asking: Asking): Judged {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed" || !isAnswerTo(decoded.message, asking)) return { kind: "foreign" };
  const { message } = decoded;
  if (message.truncated) return { kind: "truncated" };
  const { rcode } = message;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return { kind: "refused", rcode };
  const answers = answersOf(message, asking);
  return answers === undefined
    ? { kind: "refused", rcode: RCODE.SERVFAIL }
    : { kind: "reply", reply: replyOf(message, asking, answers) };
}

function isAnswerTo(message: Message, asking: Asking): boolean {
  const { id, isResponse, opcode, questions } = message;
  if (!isResponse || opcode !== OPCODE.QUERY || id !== asking.id) return false;
  const [question, ...more] = questions;
  // A server that didn't understand the message may leave the question out.
  if (question === undefined) return message.rcode === RCODE.FORMERR || message.rcode === RCODE.NOTIMP;
  return (
    more.length === 0 && question.name === asking.name && question.type === asking.type && question.class === CLASS.IN
  );
}

/** The aliases from the name asked for, in order, and the records at their end; undefined where they are too many or a circle. */
function answersOf({ answers }: Message, { name, type }: Asking): readonly ResourceRecord[] | undefined {
  const told: ResourceRecord[] = [];
  let owner = name;
  for (let step = 0; step <= MAX_ALIASES; step++) {
    const here = answers.filter((record) => lowerName(record.name) === owner);
    const matching = here.filter(({ rdata }) => typeNumber(rdata) === type);
    if (matching.length > 0) return [...told, ...matching];
    const alias = here.find(({ rdata }) => rdata.type === "CNAME");
    if (alias?.rdata.type !== "CNAME") return told;
    told.push(alias);
    owner = lowerName(alias.rdata.target);
  }
  return undefined;
}

function replyOf({ rcode, authorities }: Message, { name, type }: Asking, answers: readonly ResourceRecord[]): Reply {
  const isNegative = rcode === RCODE.NXDOMAIN || !answers.some(({ rdata }) => typeNumber(rdata) === type);
  const last = answers.at(-1)?.rdata;
  const end = last?.type === "CNAME" ? lowerName(last.target) : name;
  const soa = isNegative
    ? authorities.find((record) => record.rdata.type === "SOA" && isWithin(end, lowerName(record.name)))
    : undefined;
  // Without an SOA, nobody says for how long a "no" holds (RFC 2308 section 5).
  const negativeSeconds = soa?.rdata.type === "SOA" ? [soa.ttlSeconds, soa.rdata.minimum] : [0];
  const seconds = [...answers.map(({ ttlSeconds }) => ttlSeconds), ...(isNegative ? negativeSeconds : [])];
  return {
    rcode,
    answers: answers.map(capped),
    authorities: soa === undefined ? [] : [capped(soa)],
    lifetimeSeconds: Math.min(MAX_FOREIGN_TTL_SECONDS, ...seconds),
  };
}

const capped = (record: ResourceRecord): ResourceRecord => ({
  ...record,
  ttlSeconds: Math.min(record.ttlSeconds, MAX_FOREIGN_TTL_SECONDS),
});

/** The reply as it reads `ageSeconds` after it came. */
export const aged = (reply: Reply, ageSeconds: number): Reply => ({
  ...reply,
  answers: reply.answers.map((record) => older(record, ageSeconds)),
  authorities: reply.authorities.map((record) => older(record, ageSeconds)),
});

const older = (record: ResourceRecord, ageSeconds: number): ResourceRecord => ({
  ...record,
  ttlSeconds: Math.max(0, record.ttlSeconds - ageSeconds),
});

/** What a client hears of a name of others, after the aliases of ours that led there; `undefined`: nobody had a reply. */
export function foreignContent(aliases: readonly ResourceRecord[], reply: Reply | undefined): Content {
  const { rcode, answers, authorities } = reply ?? emptyContent(RCODE.SERVFAIL);
  return { rcode, authoritative: aliases.length > 0, answers: [...aliases, ...answers], authorities, additionals: [] };
}
