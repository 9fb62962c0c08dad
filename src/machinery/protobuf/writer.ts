const utf8 = new TextEncoder();

/** Bytes that are written one after another; a nested message learns its length afterwards. */
export class Writer {
  private bytes = new Uint8Array(1024);
  private at = 0;

  /** What has been written; a copy. */
  result(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  tag(number: number, wire: number): void {
    this.varint(number * 8 + wire);
  }

  varint(value: number): void {
    this.room(10);
    let rest = value < 0 ? BigInt.asUintN(64, BigInt(value)) : value;
    for (; rest > 127; rest = typeof rest === "bigint" ? rest >> 7n : Math.floor(rest / 128))
      this.bytes[this.at++] = Number(BigInt.asUintN(7, BigInt(rest))) | 128;
    this.bytes[this.at++] = Number(rest);
  }

  double(value: number): void {
    this.room(8);
    new DataView(this.bytes.buffer).setFloat64(this.at, value, true);
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
    this.at += utf8.encodeInto(value, this.bytes.subarray(start)).written;
    this.close(start);
  }

  raw(value: Uint8Array): void {
    this.varint(value.length);
    this.room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const wider = new Uint8Array(2 * (this.at + size));
    wider.set(this.bytes.subarray(0, this.at));
    this.bytes = wider;
  }

  private close(start: number): void {
    const size = this.at - start;
    const head = size < 128 ? 1 : size < 16_384 ? 2 : size < 2_097_152 ? 3 : 4;
    this.room(3);
    if (head > 1) this.bytes.copyWithin(start + head - 1, start, this.at);
    this.at = start - 1;
    this.varint(size);
    this.at += size;
  }
}
