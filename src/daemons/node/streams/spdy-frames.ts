import { spdyDictionary } from "./spdy-dictionary.ts";

/** The frames of SPDY/3.1 that Kubernetes' clients send and understand. Source: draft-mbelshe-httpbis-spdy-00 section 2.6. */
export type Frame =
  | { readonly type: "data"; readonly stream: number; readonly bytes: Buffer; readonly last: boolean }
  | { readonly type: "open"; readonly stream: number; readonly headers: Buffer; readonly last: boolean }
  | { readonly type: "reset"; readonly stream: number }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goAway" }
  | { readonly type: "other" };

const headBytes = 8;
/** Nobody sends more than 64 KiB in a frame; a length beyond this is a peer that speaks something else. */
const longestFrame = 1 << 20;

/** The peer breaks the rules of SPDY, or speaks something else. */
export class NotSpdy extends Error {
  readonly code = "NotSpdy";
}

/** The first frame of what has arrived and how long it is; undefined while it isn't complete. Throws `NotSpdy`. */
export function readFrame(bytes: Buffer): { readonly frame: Frame; readonly size: number } | undefined {
  if (bytes.length < headBytes) return undefined;
  const length = bytes.readUIntBE(5, 3);
  if (length > longestFrame) throw new NotSpdy(`a frame of ${length} bytes`);
  const size = headBytes + length;
  if (bytes.length < size) return undefined;
  return { frame: frameOf(bytes.subarray(0, size)), size };
}

function frameOf(bytes: Buffer): Frame {
  const first = bytes.readUInt32BE(0);
  const last = (bytes.readUInt8(4) & 1) === 1;
  const payload = bytes.subarray(headBytes);
  const isControl = first >= 0x8000_0000;
  if (!isControl) return { type: "data", stream: first, bytes: payload, last };
  switch (first & 0xffff) {
    case 1:
      if (payload.length < 10) throw new NotSpdy("SYN_STREAM is too short");
      return { type: "open", stream: payload.readUInt32BE(0) & 0x7fff_ffff, headers: payload.subarray(10), last };
    case 3:
      if (payload.length < 8) throw new NotSpdy("RST_STREAM is too short");
      return { type: "reset", stream: payload.readUInt32BE(0) & 0x7fff_ffff };
    case 6:
      if (payload.length < 4) throw new NotSpdy("PING is too short");
      return { type: "ping", id: payload.readUInt32BE(0) };
    case 7:
      return { type: "goAway" };
    default:
      return { type: "other" };
  }
}

export function dataFrame(stream: number, bytes: Buffer, last: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(stream, 0);
  head.writeUInt8(last ? 1 : 0, 4);
  head.writeUIntBE(bytes.length, 5, 3);
  return Buffer.concat([head, bytes]);
}

/** Why a stream is cut off. Source: section 2.6.3. */
const resets = { protocolError: 1, refused: 3, cancel: 5 } as const;
export type Reset = keyof typeof resets;

export function resetFrame(stream: number, why: Reset): Buffer {
  const frame = control(3, 8);
  frame.writeUInt32BE(stream, headBytes);
  frame.writeUInt32BE(resets[why], headBytes + 4);
  return frame;
}

export function pingFrame(id: number): Buffer {
  const frame = control(6, 4);
  frame.writeUInt32BE(id, headBytes);
  return frame;
}

/**
 * SYN_REPLY without headers. The block is zlib's, in one stream over the whole connection; "stored" blocks need no compressor,
 * so its state is only whether the stream's own head has been sent (RFC 1950, RFC 1951 section 3.2.4).
 */
export function replyFrame(stream: number, isFirst: boolean): Buffer {
  const block = Buffer.concat([isFirst ? zlibHead : Buffer.alloc(0), noHeaders]);
  const frame = control(2, 4 + block.length);
  frame.writeUInt32BE(stream, headBytes);
  block.copy(frame, headBytes + 4);
  return frame;
}

function control(type: number, length: number): Buffer {
  const frame = Buffer.alloc(headBytes + length);
  frame.writeUInt32BE(0x8003_0000 + type, 0);
  frame.writeUIntBE(length, 5, 3);
  return frame;
}

// A stored block of four bytes that say "no headers", and an empty one: only that makes a reader such as Go's hand out what it has.
const noHeaders = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
const zlibHead = Buffer.alloc(6);
zlibHead.writeUInt16BE(0x78bb, 0);
zlibHead.writeUInt32BE(adler32(spdyDictionary), 2);

// RFC 1950 section 8.2.
function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

/** A header block after inflating: 4-byte counts and lengths, names in lower case. */
export function readHeaders(block: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw new NotSpdy("a header block ends early");
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new NotSpdy("a header is longer than its block");
    at += length;
    return block.toString("utf8", at - length, at);
  };
  for (let left = number(); left > 0; left--) headers.set(text().toLowerCase(), text());
  return headers;
}
