const utf8 = new TextEncoder();

/** Bytes that are written one after another; a nested message learns its length afterwards. */
export class Writer {
  private written: Uint8Array<ArrayBuffer>;
  private at = 0;

  constructor(expectedBytes = 1024) {
    this.written = new Uint8Array(expectedBytes);
  }

  /** What has been written; a copy. */
  result(): Uint8Array<ArrayBuffer> {
    return this.written.slice(0, this.at);
  }

  tag(number: number, wire: number): void {
    this.varint(number * 8 + wire);
  }

  varint(value: number): void {
    this.room(10);
    if (value < 0) this.negative(BigInt.asUintN(64, BigInt(value)));
    else this.natural(value);
  }

  private natural(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.written[this.at++] = (rest % 128) | 128;
    this.written[this.at++] = rest;
  }

  /** In two's complement, which takes all ten bytes. */
  private negative(value: bigint): void {
    let rest = value;
    for (; rest > 127n; rest >>= 7n) this.written[this.at++] = Number(rest & 127n) | 128;
    this.written[this.at++] = Number(rest);
  }

  double(value: number): void {
    this.room(8);
    new DataView(this.written.buffer).setFloat64(this.at, value, true);
    this.at += 8;
  }

  nested(write: () => void): void {
    this.room(1);
    const start = ++this.at; // one byte of length, as most have
    write();
    this.close(start);
  }

  text(value: string): void {
    this.room(1 + 3 * value.length);
    const start = ++this.at;
    this.at += utf8.encodeInto(value, this.written.subarray(start)).written;
    this.close(start);
  }

  /** A length, and so many bytes. */
  raw(value: Uint8Array): void {
    this.varint(value.length);
    this.bytes(value);
  }

  bytes(value: ArrayLike<number>): void {
    this.room(value.length);
    this.written.set(value, this.at);
    this.at += value.length;
  }

  private room(size: number): void {
    if (this.at + size <= this.written.length) return;
    const wider = new Uint8Array(2 * (this.at + size));
    wider.set(this.written.subarray(0, this.at));
    this.written = wider;
  }

  private close(start: number): void {
    const size = this.at - start;
    const head = size < 128 ? 1 : size < 16_384 ? 2 : size < 2_097_152 ? 3 : 4;
    this.room(3);
    if (head > 1) this.written.copyWithin(start + head - 1, start, this.at);
    this.at = start - 1;
    this.varint(size);
    this.at += size;
  }
}
