import { type Field, lineProblem, readFields } from "./fields.ts";
import { type Refusal, type RefusalReason, refused } from "./refusal.ts";

/** What a piece of a chunked body has brought. */
export interface ChunkedStep {
  /** Bytes of the content, without sizes and extensions. */
  readonly pieces: readonly Uint8Array[];
  /** How many bytes of what was pushed belong to this body. */
  readonly consumed: number;
  readonly after: "more" | "end" | Refusal;
}

type State = "size" | "extension" | "sizeEnd" | "content" | "contentEnd" | "contentLineEnd" | "trailers";

const [carriageReturn, lineFeed, semicolon, del] = [13, 10, 59, 127];
/** 10 hexadecimal digits are a terabyte. */
const longestSize = 10;
const mostExtensionBytes = 1024;
const mostTrailerBytes = 8 * 1024;
const trailerLimits = { headBytes: mostTrailerBytes, fields: 32, targetBytes: 0 };
/** What decides on framing, routing or who asks can't come after it was looked at (RFC 9110 section 6.5.1). */
const notInTrailers = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "trailer",
  "te",
  "authorization",
  "cookie",
  "set-cookie",
  "content-type",
  "content-encoding",
]);

/**
 * One body in chunks, as it arrives (RFC 9112 section 7.1):
 *
 *     chunked-body = *chunk last-chunk trailer-section CRLF
 *     chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 *
 * Extensions are passed over: all of a body's have 1 KiB together.
 */
export class ChunkedBody {
  #state: State = "size";
  #size = 0;
  #digits = 0;
  #left = 0;
  #extensionBytes = 0;
  #trailerText = "";
  #trailers: readonly Field[] = [];

  /** Known when it has ended. */
  get trailers(): readonly Field[] {
    return this.#trailers;
  }

  push(bytes: Uint8Array): ChunkedStep {
    const pieces: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "content") {
        const piece = bytes.subarray(at, at + this.#left);
        pieces.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#state = "contentEnd";
        continue;
      }
      const after = this.#take(bytes[at] ?? 0);
      at += 1;
      if (after !== "more") return { pieces, consumed: at, after };
    }
    return { pieces, consumed: at, after: "more" };
  }

  #take(byte: number): ChunkedStep["after"] {
    switch (this.#state) {
      case "size":
        return this.#takeSize(byte);
      case "extension":
        return this.#takeExtension(byte);
      case "sizeEnd":
        if (byte !== lineFeed) return refused("BadLineEnd");
        this.#left = this.#size;
        this.#state = this.#size === 0 ? "trailers" : "content";
        this.#size = 0;
        this.#digits = 0;
        return "more";
      case "contentEnd":
        return this.#expect(byte, carriageReturn, "contentLineEnd");
      case "contentLineEnd":
        return this.#expect(byte, lineFeed, "size");
      default:
        return this.#takeTrailer(byte);
    }
  }

  #expect(byte: number, expected: number, next: State): ChunkedStep["after"] {
    if (byte !== expected) return refused("BadChunk");
    this.#state = next;
    return "more";
  }

  #takeSize(byte: number): ChunkedStep["after"] {
    const digit = hexadecimal(byte);
    if (digit !== undefined) {
      this.#digits += 1;
      this.#size = this.#size * 16 + digit;
      return this.#digits > longestSize ? refused("ChunkTooLong") : "more";
    }
    if (this.#digits === 0) return refused("BadChunk");
    if (byte === carriageReturn) this.#state = "sizeEnd";
    else if (byte === semicolon) this.#state = "extension";
    else return refused("BadChunk");
    return "more";
  }

  #takeExtension(byte: number): ChunkedStep["after"] {
    if (byte === carriageReturn) {
      this.#state = "sizeEnd";
      return "more";
    }
    if ((byte < 32 && byte !== 9) || byte === del) return refused("BadChunk");
    this.#extensionBytes += 1;
    return this.#extensionBytes > mostExtensionBytes ? refused("ChunkExtensionTooLong") : "more";
  }

  #takeTrailer(byte: number): ChunkedStep["after"] {
    this.#trailerText += String.fromCharCode(byte);
    if (this.#trailerText.length > mostTrailerBytes) return refused("TrailersTooLong", 431);
    if (byte !== lineFeed) return "more";
    if (this.#trailerText === "\r\n") return "end";
    return this.#trailerText.endsWith("\r\n\r\n") ? this.#readTrailers() : this.#lineEndProblem();
  }

  #lineEndProblem(): ChunkedStep["after"] {
    return this.#trailerText.endsWith("\r\n") ? "more" : refused("BadLineEnd");
  }

  #readTrailers(): ChunkedStep["after"] {
    const text = this.#trailerText;
    const problem = lineProblem(text);
    if (problem !== undefined) return problem;
    const fields = readFields(text, { start: 0, end: text.length - 2 }, trailerLimits);
    if ("kind" in fields) return fields;
    if (fields.some(({ name }) => notInTrailers.has(name))) return refused("BadTrailer" satisfies RefusalReason);
    this.#trailers = fields;
    return "end";
  }
}

function hexadecimal(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : undefined;
}

/** The line before a chunk of so many bytes; `0` and the empty line end the body where there are no trailers. */
export const chunkSizeLine = (bytes: number): string => `${bytes.toString(16)}\r\n`;
export const lastChunk = "0\r\n\r\n";

/** The end of a body with trailers. */
export const lastChunkWith = (trailers: readonly Field[]): string =>
  `0\r\n${trailers.map(({ shown, value }) => `${shown}: ${value}\r\n`).join("")}\r\n`;
