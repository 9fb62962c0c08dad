import { createHash } from "node:crypto";

/** So many bytes, of which no two pieces are alike. */
export function* counted(bytes: number): Generator<Buffer, void, undefined> {
  const piece = Buffer.alloc(1 << 18, "0123456789abcdef");
  for (let at = 0; at < bytes; at += piece.length) {
    const next = Buffer.from(piece.subarray(0, Math.min(piece.length, bytes - at)));
    if (next.length >= 8) next.writeDoubleBE(at, 0);
    yield next;
  }
}

/** As the far end would say it. */
export function summaryOf(bytes: number): string {
  const hash = createHash("sha256");
  for (const piece of counted(bytes)) hash.update(piece);
  return `${bytes} ${hash.digest("hex")}\n`;
}
