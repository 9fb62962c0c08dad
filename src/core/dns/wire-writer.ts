import type { Name } from "./name.ts";

// A pointer has 14 bits.
const MAX_POINTER = 0x3fff;

/** Writes a message from left to right, and remembers where names stand, so that later ones can point to them. */
export class WireWriter {
  at = 0;
  #bytes = new Uint8Array(512);
  readonly #places = new Map<Name, number>();

  /** A copy of what has been written. */
  written(): Uint8Array {
    return this.#bytes.slice(0, this.at);
  }

  #room(sizeBytes: number): void {
    if (this.at + sizeBytes <= this.#bytes.length) return;
    const wider = new Uint8Array(2 * (this.at + sizeBytes));
    wider.set(this.#bytes.subarray(0, this.at));
    this.#bytes = wider;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.at++] = value;
  }

  u16(value: number): void {
    this.#room(2);
    this.#bytes[this.at++] = value >>> 8;
    this.#bytes[this.at++] = value;
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Overwrites what stands at `place`. */
  u16At(place: number, value: number): void {
    this.#bytes[place] = value >>> 8;
    this.#bytes[place + 1] = value;
  }

  /** Writes what `content` writes behind its length in two bytes. */
  counted(content: () => void): void {
    const place = this.at;
    this.u16(0);
    content();
    this.u16At(place, this.at - place - 2);
  }

  /** RFC 1035 section 3.3; `text` is one character a byte, at most 255 of them. */
  characterString(text: string): void {
    this.u8(text.length);
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
  }

  /** A name that ends in a pointer where its tail stands already (RFC 1035 section 4.1.4). */
  name(name: Name): void {
    const key = name.toLowerCase();
    for (let start = 0; start < name.length - 1; ) {
      const tail = key.slice(start);
      const place = this.#places.get(tail);
      if (place !== undefined) {
        this.u16(0xc000 | place);
        return;
      }
      if (this.at <= MAX_POINTER) this.#places.set(tail, this.at);
      const end = name.indexOf(".", start);
      this.#label(name.slice(start, end));
      start = end + 1;
    }
    this.u8(0);
  }

  /** A name in full, for record types whose readers may not know of pointers (RFC 3597 section 4). */
  plainName(name: Name): void {
    if (name !== ".") for (const label of name.slice(0, -1).split(".")) this.#label(label);
    this.u8(0);
  }

  #label(label: string): void {
    const place = this.at;
    this.u8(0);
    for (let i = 0; i < label.length; i++) {
      if (label[i] === "\\") {
        this.u8(Number(label.slice(i + 1, i + 4)));
        i += 3;
      } else this.u8(label.charCodeAt(i));
    }
    this.#bytes[place] = this.at - place - 1;
  }
}
