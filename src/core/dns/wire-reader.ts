import { BYTE_TEXTS, MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name } from "./name.ts";

const HEADER_BYTES = 12;

/**
 * Reads a message from left to right. The first thing that can't be so is kept in `fault`, and everything read after it is zero or
 * empty: the caller asks once, at the end, instead of after every step.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  at = 0;
  fault: string | undefined = undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  fail(because: string): void {
    this.fault ??= `${because} at byte ${this.at}`;
    this.at = this.bytes.length;
  }

  /** The place of the next `size` bytes, which are then behind; undefined where the message is shorter. */
  #take(size: number): number | undefined {
    const at = this.at;
    if (at + size > this.bytes.length) {
      this.fail("the message ends early");
      return undefined;
    }
    this.at = at + size;
    return at;
  }

  u8(): number {
    const at = this.#take(1);
    return at === undefined ? 0 : byteAt(this.bytes, at);
  }

  u16(): number {
    const at = this.#take(2);
    return at === undefined ? 0 : (byteAt(this.bytes, at) << 8) | byteAt(this.bytes, at + 1);
  }

  u32(): number {
    return this.u16() * 65_536 + this.u16();
  }

  /** A copy of the next bytes. */
  take(size: number): Uint8Array {
    const at = this.#take(size);
    return at === undefined ? new Uint8Array() : this.bytes.slice(at, at + size);
  }

  /** RFC 1035 section 3.3: a length and as many bytes; one character a byte. */
  characterString(): string {
    return Array.from(this.take(this.u8()), (byte) => String.fromCharCode(byte)).join("");
  }

  /**
   * RFC 1035 section 4.1.4: labels, then the root or a pointer to where the name goes on. A pointer goes back, each one further than
   * the one before, so there is no loop.
   */
  name(): Name {
    let at = this.at;
    let earliest = at;
    let afterPointer: number | undefined;
    let sizeBytes = 1;
    let text = "";
    for (;;) {
      const length = this.bytes[at];
      if (length === undefined) return this.#noName("a name has no end");
      if (length === 0) break;
      if (length >= 0xc0) {
        const to = ((length & 0x3f) << 8) | (this.bytes[at + 1] ?? 0xffff);
        if (to >= earliest || to < HEADER_BYTES) return this.#noName("a pointer leads nowhere");
        afterPointer ??= at + 2;
        at = to;
        earliest = to;
        continue;
      }
      if (length > MAX_LABEL_BYTES) return this.#noName("a label is of no known kind");
      sizeBytes += length + 1;
      if (sizeBytes > MAX_NAME_BYTES) return this.#noName("a name is longer than 255 bytes");
      const end = at + 1 + length;
      if (end > this.bytes.length) return this.#noName("a label has no end");
      for (at++; at < end; at++) text += BYTE_TEXTS[byteAt(this.bytes, at)];
      text += ".";
    }
    this.at = afterPointer ?? at + 1;
    return text === "" ? "." : text;
  }

  #noName(because: string): Name {
    this.fail(because);
    return ".";
  }
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
