/** DNS over TCP puts a length of two bytes before each message (RFC 1035 section 4.2.2). */
const LENGTH_BYTES = 2;

export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + message.length);
  frame.writeUInt16BE(message.length);
  frame.set(message, LENGTH_BYTES);
  return frame;
}

/** Cuts a stream into messages. */
export class MessageFrames {
  /** A message longer than allowed was announced: what comes now can't be made sense of. */
  isBroken = false;
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The messages that `chunk` completes. */
  push(chunk: Buffer): readonly Buffer[] {
    const messages: Buffer[] = [];
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readUInt16BE();
      if (end - LENGTH_BYTES > this.#maxBytes) this.isBroken = true;
      if (this.isBroken || this.#rest.length < end) break;
      messages.push(this.#rest.subarray(LENGTH_BYTES, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}
