import { fieldsOf, Garbled, type Span } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** How one value is written and read; `wire` is the wire type of its tag. */
export interface Codec {
  readonly wire: 0 | 1 | 2;
  readonly write: (value: never, to: Writer) => void;
  readonly read: (from: Uint8Array, span: Span) => unknown;
}

const fromUtf8 = new TextDecoder();

export const text: Codec = {
  wire: 2,
  read: (from, { start, end }) => fromUtf8.decode(from.subarray(start, end)),
  write: (value: string, to) => to.text(value),
};
export const integer: Codec = {
  wire: 0,
  read: (_, { number }) => number,
  write: (value: number, to) => to.varint(value),
};
export const boolean: Codec = {
  wire: 0,
  read: (_, { number }) => number !== 0,
  write: (value: boolean, to) => to.varint(Number(value)),
};
/** Base64 in JSON. */
export const bytes: Codec = {
  wire: 2,
  read: (from, { start, end }) => from.subarray(start, end).toBase64(),
  write: (value: string, to) => to.raw(Uint8Array.fromBase64(value)),
};
export const double: Codec = {
  wire: 1,
  read: (from, { start }) => new DataView(from.buffer, from.byteOffset + start, 8).getFloat64(0, true),
  write: (value: number, to) => to.double(value),
};

/** A message that JSON shows as one value: fields 1, 2, … fold into it. A value that unfolds to `undefined` is not written. */
export function folded<V>(
  codecs: readonly Codec[],
  fold: (values: readonly unknown[]) => unknown,
  unfold: (value: V) => readonly unknown[],
): Codec {
  return {
    wire: 2,
    read(from, span) {
      const values: unknown[] = [];
      for (const { number, content } of fieldsOf(from, span)) {
        const codec = codecs[number - 1];
        if (codec?.wire === content.wire) values[number - 1] = codec.read(from, content);
      }
      return fold(values);
    },
    write: (value: never, to) =>
      to.nested(() => {
        for (const [i, part] of unfold(value).entries()) {
          const codec = codecs[i];
          if (codec === undefined || part === undefined) continue;
          to.tag(i + 1, codec.wire);
          codec.write(part as never, to);
        }
      }),
  };
}

const timeOf =
  (show: (milliseconds: number, nanos: number) => string) =>
  ([seconds, nanos = 0]: readonly unknown[]): unknown =>
    typeof seconds === "number" && typeof nanos === "number" && Math.abs(seconds) < 2e11
      ? show(seconds * 1000, nanos)
      : undefined;
const partsOfTime = (value: string): readonly unknown[] => {
  const milliseconds = Date.parse(value);
  const seconds = Math.floor(milliseconds / 1000);
  const fraction = /\.(\d{1,9})/.exec(value)?.[1] ?? "";
  return [seconds, Number(fraction.slice(0, 6).padEnd(9, "0"))];
};
const upToSeconds = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 19);

/** An empty message is Go's zero time: none. */
export const noTime = "";

/** Whole seconds: Go writes no fraction of them, though JSON may hold one. */
export const time = folded(
  [integer, integer],
  timeOf((milliseconds) => `${upToSeconds(milliseconds)}Z`),
  (value: string) => (value === noTime ? [] : [partsOfTime(value)[0], 0]),
);
export const microTime = folded(
  [integer, integer],
  timeOf((milliseconds, nanos) => `${upToSeconds(milliseconds)}.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`),
  (value: string) => (value === noTime ? [] : partsOfTime(value)),
);

export const quantity = folded(
  [text],
  ([written]) => written,
  (value: string | number) => [String(value)],
);
export const intOrString = folded(
  [integer, integer, text],
  ([which, number = 0, written = ""]) => (which === 1 ? written : number),
  (value: number | string) => (typeof value === "number" ? [0, value, ""] : [1, 0, value]),
);
export const json = folded(
  [text],
  ([written]) => (typeof written === "string" && written !== "" ? parsed(written) : undefined),
  (value: unknown) => [JSON.stringify(value)],
);

function parsed(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault;
    throw new Garbled(`protobuf: a field that holds JSON holds something else: ${fault.message}`);
  }
}
