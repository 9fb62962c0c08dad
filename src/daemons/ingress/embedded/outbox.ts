import type { Writable } from "node:stream";

/** Parts up to so many bytes become one buffer; copying more costs more than another system call. */
const mostCopied = 16 * 1024;
/** Who has so much waiting is not sent more for now. */
const mostWaiting = 64 * 1024;

/** What is to be sent on a connection, so that a head and its body leave in one write. */
export class Outbox {
  readonly #stream: Writable;
  #text = "";
  #parts: (string | Uint8Array)[] = [];
  #bytes = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Each character is one byte. */
  text(text: string): void {
    if (this.#parts.length === 0) this.#text += text;
    else this.#parts.push(text);
    this.#bytes += text.length;
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Whether more may come. */
  get hasRoom(): boolean {
    return this.#stream.writableLength + this.#bytes < mostWaiting;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const [text, parts, bytes] = [this.#text, this.#parts, this.#bytes];
    this.#text = "";
    this.#bytes = 0;
    if (parts.length === 0) {
      this.#stream.write(text, "latin1");
      return;
    }
    this.#parts = [];
    if (bytes <= mostCopied) this.#stream.write(joined(text, parts, bytes));
    else this.#writeEach(text, parts);
  }

  #writeEach(text: string, parts: readonly (string | Uint8Array)[]): void {
    this.#stream.cork();
    if (text !== "") this.#stream.write(text, "latin1");
    for (const part of parts) {
      if (typeof part === "string") this.#stream.write(part, "latin1");
      else this.#stream.write(part);
    }
    this.#stream.uncork();
  }
}

function joined(text: string, parts: readonly (string | Uint8Array)[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let at = text === "" ? 0 : whole.write(text, 0, "latin1");
  for (const part of parts) {
    if (typeof part === "string") at += whole.write(part, at, "latin1");
    else {
      whole.set(part, at);
      at += part.length;
    }
  }
  return whole;
}
