import { type Field, lineProblem, readFields } from "./fields.ts";
import { type Framing, keepsAlive, readCarriage } from "./framing.ts";
import { type Limits, type Refusal, refused } from "./refusal.ts";

/** The head of an answer. */
export interface ResponseHead {
  readonly kind: "response";
  /** 100 to 999. */
  readonly status: number;
  readonly reason: string;
  readonly minorVersion: 0 | 1;
  readonly fields: readonly Field[];
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  readonly keepsAlive: boolean;
  /** What the field Connection names. */
  readonly connection: readonly string[];
  readonly upgrade: string | undefined;
  /** How many bytes it has, with the empty line at its end. */
  readonly bytes: number;
}

/**
 * Reads the head at the beginning of `text`, whose characters are bytes (latin1); undefined where it has not all come yet. As strict as
 * with requests: whatever two readers could read two ways splits answers.
 */
export function parseResponseHead(text: string, limits: Limits): ResponseHead | Refusal | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return text.length > limits.headBytes ? refused("HeadTooLong", 431) : lineEndProblem(text);
  if (end + 4 > limits.headBytes) return refused("HeadTooLong", 431);
  const head = text.length === end + 4 ? text : text.slice(0, end + 4);
  const problem = lineProblem(head);
  if (problem !== undefined) return problem;
  const line = readStatusLine(head);
  if (line === undefined) return refused("BadStartLine");
  const fields = readFields(head, { start: line.end, end: end + 2 }, limits);
  if ("kind" in fields) return fields;
  const carriage = readCarriage(fields);
  if ("kind" in carriage) return carriage;
  if (carriage.chunked && line.minorVersion === 0) return refused("BadTransferEncoding");
  return {
    kind: "response",
    status: line.status,
    reason: line.reason,
    minorVersion: line.minorVersion,
    fields,
    contentLength: carriage.contentLength,
    chunked: carriage.chunked,
    keepsAlive: keepsAlive(line.minorVersion, carriage.connection),
    connection: carriage.connection,
    upgrade: carriage.upgrade,
    bytes: end + 4,
  };
}

const lineEndProblem = (text: string): Refusal | undefined =>
  /(?<!\r)\n|\r(?!\n)./.test(text) ? refused("BadLineEnd") : undefined;

interface StatusLine {
  readonly minorVersion: 0 | 1;
  readonly status: number;
  readonly reason: string;
  readonly end: number;
}

// RFC 9112 section 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last space is missing with some.
function readStatusLine(text: string): StatusLine | undefined {
  const lineEnd = text.indexOf("\r\n");
  const minor = text.startsWith("HTTP/1.1 ") ? 1 : text.startsWith("HTTP/1.0 ") ? 0 : undefined;
  if (minor === undefined || lineEnd < 12 || (lineEnd > 12 && text[12] !== " ")) return undefined;
  const digits = text.slice(9, 12);
  if (!/^[1-9]\d\d$/.test(digits)) return undefined;
  return { minorVersion: minor, status: Number(digits), reason: text.slice(13, lineEnd), end: lineEnd + 2 };
}

/** Where the body of an answer to a request of `method` ends (RFC 9112 section 6.3). */
export function responseFraming(head: ResponseHead, method: string): Framing {
  if (method === "HEAD" || head.status < 200 || head.status === 204 || head.status === 304) return { kind: "none" };
  if (head.chunked) return { kind: "chunked" };
  if (head.contentLength === undefined) return { kind: "untilClose" };
  return { kind: "length", bytes: head.contentLength };
}
