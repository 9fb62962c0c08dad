/** Reads DER: values that say what they are and how long. Source: ITU-T X.690. */

/** One value: its tag as it stands there, what it holds, and all of it. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Tags of X.680, of the class that every use has in common. */
export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;
/** `[number]`, of values (`constructed`) or of bytes. */
export const contextTag = (number: number, form: "constructed" | "primitive"): number =>
  (form === "constructed" ? 0xa0 : 0x80) + number;

/** Bytes that are not what was expected. */
export class Malformed extends RangeError {
  readonly code = "Malformed";
}

export type Reading<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "malformed"; readonly message: string };

/** What `read` gives, or why the bytes are none of it. */
export function reading<T>(read: () => T): Reading<T> {
  try {
    return { kind: "read", value: read() };
  } catch (fault) {
    if (!(fault instanceof Malformed)) throw fault;
    return { kind: "malformed", message: fault.message };
  }
}

/** The one value that these bytes are. Throws Malformed. */
export function readDer(bytes: Uint8Array): Der {
  const [only, ...others] = readDerList(bytes);
  if (only === undefined || others.length > 0) throw new Malformed("asn1: structure error: one value expected");
  return only;
}

/** The values that stand one after another. Throws Malformed. */
function readDerList(bytes: Uint8Array): readonly Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = valueAt(bytes, at);
    found.push(next);
    at += next.whole.length;
  }
  return found;
}

/** What a value of that tag holds. Throws Malformed where it is another one, or missing. */
export function contentOf(value: Der | undefined, tag: number): Uint8Array {
  if (value?.tag === tag) return value.content;
  const found = value === undefined ? "nothing" : `tag ${value.tag}`;
  throw new Malformed(`asn1: structure error: tags don't match (${tag} expected, ${found} found)`);
}
/** The values that a sequence or a set holds. Throws Malformed. */
export const partsOf = (value: Der | undefined, tag: number): readonly Der[] => readDerList(contentOf(value, tag));

function valueAt(bytes: Uint8Array, at: number): Der {
  const [tag, first] = [byteAt(bytes, at), byteAt(bytes, at + 1)];
  if ((tag & 0x1f) === 0x1f) throw new Malformed("asn1: structure error: tag of more than one byte");
  const [length, head] = first < 0x80 ? [first, 2] : longLength(bytes, { at: at + 2, count: first - 0x80 });
  const end = at + head + length;
  if (end > bytes.length) throw new Malformed("asn1: syntax error: data truncated");
  return { tag, content: bytes.subarray(at + head, end), whole: bytes.subarray(at, end) };
}

function longLength(bytes: Uint8Array, { at, count }: { readonly at: number; readonly count: number }) {
  if (count < 1 || count > 4) throw new Malformed("asn1: structure error: length is of no definite size");
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + byteAt(bytes, at + i);
  if (length < 0x80 || length < 256 ** (count - 1)) throw new Malformed("asn1: structure error: non-minimal length");
  return [length, count + 2] as const;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Malformed("asn1: syntax error: data truncated");
  return byte;
}

/** "2.5.4.3". Throws Malformed. */
export function showOid(content: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    if (number > 2 ** 45) throw new Malformed("asn1: structure error: base 128 integer too large");
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  if (content.length === 0 || (content.at(-1) ?? 0) >= 0x80) throw new Malformed("asn1: syntax error: truncated OID");
  return [root, first - root * 40, ...rest].join(".");
}
