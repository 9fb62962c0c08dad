import { randomFillSync } from "node:crypto";

const [idBytes, idsAtOnce] = [16, 256];
const chance = Buffer.alloc(idBytes * idsAtOnce);
let used = chance.length;

/** 32 hexadecimal digits, as nginx makes them. Chance is fetched for many at once, since each fetch costs as much as a small request. */
export function newRequestId(): string {
  if (used === chance.length) {
    randomFillSync(chance);
    used = 0;
  }
  used += idBytes;
  return chance.toString("hex", used - idBytes, used);
}
