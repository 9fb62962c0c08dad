/** Hash functions, which come from whoever has them. */
export interface Hashes {
  readonly md5: Hash;
  readonly sha1: Hash;
  readonly sha256: Hash;
  readonly sha512: Hash;
}
export type Hash = (bytes: Uint8Array) => Uint8Array;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `bytes` again and again, until there are so many. */
export const repeated = (bytes: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0);

/** Whether two texts are equal, in a time that says only how long the first one is. */
export function sameText(a: string, b: string): boolean {
  let differs = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) differs |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length));
  return differs === 0;
}

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** crypt(3)'s base64, the lowest six bits first: each group is up to three bytes by their index, the highest first. */
export function cryptText(bytes: Uint8Array, groups: readonly (readonly number[])[]): string {
  return groups
    .map((group) => {
      const bits = group.reduce((sum, index) => (sum << 8) | (bytes[index] ?? 0), 0);
      return Array.from({ length: group.length + 1 }, (_, i) => alphabet[(bits >> (6 * i)) & 63]).join("");
    })
    .join("");
}
