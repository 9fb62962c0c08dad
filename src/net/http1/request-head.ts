import { type Authority, parseAuthority, sameAuthority } from "./authority.ts";
import { type Field, isToken, lineProblem, readFields } from "./fields.ts";
import { type Carriage, type Framing, keepsAlive, readCarriage } from "./framing.ts";
import { type Limits, type Refusal, refused } from "./refusal.ts";

/** The head of a request that may be passed on. */
export interface RequestHead {
  readonly kind: "request";
  readonly method: string;
  /** Path and query as they were sent, beginning with a slash; `*` of an OPTIONS request. */
  readonly target: string;
  readonly minorVersion: 0 | 1;
  readonly fields: readonly Field[];
  /** undefined only in HTTP/1.0. */
  readonly authority: Authority | undefined;
  readonly body: Framing;
  readonly keepsAlive: boolean;
  /** What the field Connection names. */
  readonly connection: readonly string[];
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
  /** How many bytes it has, with the empty line at its end. */
  readonly bytes: number;
}

/**
 * Reads the head at the beginning of `text`, whose characters are bytes (latin1); undefined where it has not all come yet. One empty line
 * before it is passed over (RFC 9112 section 2.2).
 */
export function parseRequestHead(text: string, limits: Limits): RequestHead | Refusal | undefined {
  const start = text.startsWith("\r\n") ? 2 : 0;
  const end = text.indexOf("\r\n\r\n", start);
  if (end < 0) return unfinished(text, start, limits);
  const startLine = readStartLine(text, start, limits);
  if (startLine.kind === "refused") return startLine;
  if (end + 4 - start > limits.headBytes) return refused("HeadTooLong", 431);
  const head = text.length === end + 4 ? text : text.slice(0, end + 4);
  const problem = lineProblem(head);
  if (problem !== undefined) return problem;
  const fields = readFields(head, { start: startLine.end, end: end + 2 }, limits);
  if ("kind" in fields) return fields;
  const carriage = readCarriage(fields);
  return "kind" in carriage ? carriage : requestOf(startLine, fields, carriage, end + 4);
}

/** Whether what has come so far can still become a head. */
function unfinished(text: string, start: number, limits: Limits): Refusal | undefined {
  const lineEnd = text.indexOf("\n", start);
  // A lone LF would otherwise be waited upon for ever; at the end of what has come, a CR may still get its LF.
  if (/(?<!\r)\n|\r(?!\n)./.test(text)) return refused("BadLineEnd");
  if (lineEnd < 0 && text.length - start > limits.targetBytes + 64) return refused("TargetTooLong", 414);
  if (text.length - start > limits.headBytes) return refused("HeadTooLong", 431);
  return text.split("\n", limits.fields + 3).length > limits.fields + 2 ? refused("TooManyFields", 431) : undefined;
}

interface StartLine {
  readonly kind: "startLine";
  readonly method: string;
  readonly target: string;
  readonly minorVersion: 0 | 1;
  readonly end: number;
}

const usualMethods = new Set(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]);

// RFC 9112 section 3: request-line = method SP request-target SP HTTP-version
function readStartLine(text: string, start: number, limits: Limits): StartLine | Refusal {
  const lineEnd = text.indexOf("\r\n", start);
  const afterMethod = text.indexOf(" ", start);
  const afterTarget = text.indexOf(" ", afterMethod + 1);
  if (afterMethod < 0 || afterTarget < 0 || afterTarget > lineEnd) {
    return lineEnd - start > limits.targetBytes + 64 ? refused("TargetTooLong", 414) : refused("BadStartLine");
  }
  const method = text.slice(start, afterMethod);
  if (!usualMethods.has(method) && (method.length > 32 || !isToken(method))) return refused("BadMethod");
  // A tunnel to anywhere is not what stands before pods.
  if (method === "CONNECT") return refused("MethodNotServed", 405);
  if (afterTarget - afterMethod - 1 > limits.targetBytes) return refused("TargetTooLong", 414);
  const minorVersion = versionIn(text, afterTarget + 1, lineEnd);
  if (typeof minorVersion === "object") return minorVersion;
  return {
    kind: "startLine",
    method,
    target: text.slice(afterMethod + 1, afterTarget),
    minorVersion,
    end: lineEnd + 2,
  };
}

function versionIn(text: string, start: number, end: number): 0 | 1 | Refusal {
  if (end - start !== 8 || !text.startsWith("HTTP/", start)) return refused("BadStartLine");
  const version = text.slice(start + 5, end);
  if (version === "1.1") return 1;
  if (version === "1.0") return 0;
  return /^\d\.\d$/.test(version) ? refused("VersionNotServed", 505) : refused("BadStartLine");
}

function requestOf(
  line: StartLine,
  fields: readonly Field[],
  carriage: Carriage,
  bytes: number,
): RequestHead | Refusal {
  if (carriage.chunked && line.minorVersion === 0) return refused("BadTransferEncoding");
  const place = placeOf(line, carriage.host);
  if (place.kind === "refused") return place;
  return {
    kind: "request",
    method: line.method,
    target: place.target,
    minorVersion: line.minorVersion,
    fields,
    authority: place.authority,
    body: framingOf(carriage),
    keepsAlive: keepsAlive(line.minorVersion, carriage.connection),
    connection: carriage.connection,
    upgrade: carriage.upgrade,
    expectsContinue: carriage.expectsContinue && line.minorVersion === 1,
    bytes,
  };
}

const noBody: Framing = { kind: "none" };
const chunkedBody: Framing = { kind: "chunked" };

function framingOf({ chunked, contentLength }: Carriage): Framing {
  if (chunked) return chunkedBody;
  return contentLength === undefined || contentLength === 0 ? noBody : { kind: "length", bytes: contentLength };
}

interface Place {
  readonly kind: "place";
  readonly target: string;
  readonly authority: Authority | undefined;
}

// Visible ASCII without the number sign, which begins a fragment.
const targetCharacters = /^[!"$-~]+$/;

// RFC 9112 section 3.2: origin-form, absolute-form, and the asterisk-form of OPTIONS.
function placeOf({ method, target, minorVersion }: StartLine, host: string | undefined): Place | Refusal {
  if (host === undefined && minorVersion === 1) return refused("HostMissing");
  const authority = host === undefined ? undefined : parseAuthority(host);
  if (host !== undefined && authority === undefined) return refused("BadHost");
  if (!targetCharacters.test(target)) return refused("BadTarget");
  if (target.startsWith("/")) return { kind: "place", target, authority };
  if (target === "*" && method === "OPTIONS") return { kind: "place", target, authority };
  return absolutePlace(target, authority);
}

function absolutePlace(target: string, host: Authority | undefined): Place | Refusal {
  const found = /^(https?):\/\/([^/?]+)(\/[^?]*)?(\?.*)?$/i.exec(target);
  if (found === null) return refused("BadTarget");
  const [, scheme = "", text = "", path = "/", query = ""] = found;
  const authority = parseAuthority(text);
  if (authority === undefined) return refused("BadTarget");
  const usualPort = scheme.toLowerCase() === "https" ? 443 : 80;
  if (host !== undefined && !sameAuthority(authority, host, usualPort)) return refused("HostDiffersFromTarget");
  return { kind: "place", target: `${path}${query}`, authority };
}
