/** A set of bytes: bit N stands for byte N. */
export type ByteSet = bigint;

export const NO_BYTE: ByteSet = 0n;
const EVERY_BYTE: ByteSet = (1n << 256n) - 1n;

export const byteSet = (code: number): ByteSet => 1n << BigInt(code);

/** Both ends included. */
export function byteRange(from: number, to: number): ByteSet {
  return ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from);
}

export const complement = (set: ByteSet): ByteSet => EVERY_BYTE & ~set;

export const DIGITS = byteRange(0x30, 0x39);
export const WORD = DIGITS | byteRange(0x41, 0x5a) | byteRange(0x61, 0x7a) | byteSet(0x5f);
export const SPACE = byteRange(0x09, 0x0d) | byteSet(0x20);
/** What a dot stands for: everything but the end of a line, which neither targets nor headers contain. */
export const NO_LINE_END = complement(byteSet(0x0a) | byteSet(0x0d));

const UPPER = byteRange(0x41, 0x5a);
const LOWER = byteRange(0x61, 0x7a);

/** With the other case of every ASCII letter. */
export const withoutCase = (set: ByteSet): ByteSet => set | ((set & UPPER) << 32n) | ((set & LOWER) >> 32n);

/** Whether it has every byte that a target or a header's value may contain. */
export const isEverything = (set: ByteSet): boolean => (set & NO_LINE_END) === NO_LINE_END;
