/** What a tag introduced: a number (wire types 0, 1 and 5) or a stretch of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly number: number;
  readonly wire: number;
}

/** Bytes that are no protobuf message. */
export class Garbled extends RangeError {
  readonly code = "Garbled";
}

export const wholeOf = (bytes: Uint8Array): Span => ({ start: 0, end: bytes.length, number: 0, wire: 2 });

/** The fields of a message, one after another. Throws Garbled. */
export function* fieldsOf(from: Uint8Array, { start, end }: Span): Iterable<{ number: number; content: Span }> {
  for (let at = start; at < end; ) {
    const tag = varintAt(from, at, end);
    const wire = tag.number % 8;
    const content = contentAt(from, { start: tag.end, end, number: 0, wire });
    yield { number: Math.floor(tag.number / 8), content };
    at = content.end;
  }
}

function contentAt(from: Uint8Array, { start, end, wire }: Span): Span {
  switch (wire) {
    case 0:
      return { ...varintAt(from, start, end), wire };
    case 1:
      return stretch(start, 8, { end, wire });
    case 5:
      return stretch(start, 4, { end, wire });
    case 2: {
      const length = varintAt(from, start, end);
      return stretch(length.end, length.number, { end, wire });
    }
    default:
      throw new Garbled(`protobuf: wire type ${wire} is not known`);
  }
}

function stretch(start: number, size: number, { end, wire }: { readonly end: number; readonly wire: number }): Span {
  if (size < 0 || start + size > end) throw new Garbled("protobuf: a field is longer than its message");
  return { start, end: start + size, number: 0, wire };
}

/** A base-128 number; its span ends behind it. */
export function varintAt(from: Uint8Array, start: number, end: number): Span {
  let number = 0;
  for (let at = start, scale = 1; at < end && at < start + 7; at++, scale *= 128) {
    const byte = from[at] ?? 0;
    number += (byte & 127) * scale;
    if (byte < 128) return { start, end: at + 1, number, wire: 0 };
  }
  return wideVarintAt(from, start, end);
}

/** Beyond 49 bits a double would round; every negative number is here, with ten bytes. */
function wideVarintAt(from: Uint8Array, start: number, end: number): Span {
  let number = 0n;
  for (let at = start; at < end && at < start + 10; at++) {
    const byte = from[at] ?? 0;
    number |= BigInt(byte & 127) << BigInt(7 * (at - start));
    if (byte < 128) return { start, end: at + 1, number: Number(BigInt.asIntN(64, number)), wire: 0 };
  }
  throw new Garbled("protobuf: a number does not end");
}
