import { cryptText, type Hash, joined, repeated, utf8 } from "./hashes.ts";

/** Source: "Unix crypt using SHA-256 and SHA-512", Ulrich Drepper, version 0.6. */
export interface ShaCrypt {
  readonly hash: Hash;
  readonly salt: string;
  readonly rounds: number;
}

/** What stands behind the salt of `$5$salt$` and `$6$salt$`. */
export function shaCrypt(password: Uint8Array, { hash, salt, rounds }: ShaCrypt): string {
  const salted = utf8(salt);
  const inner = hash(joined(password, salted, password));
  const bits: Uint8Array[] = [];
  for (let n = password.length; n > 0; n >>= 1) bits.push((n & 1) === 1 ? inner : password);
  let digest = hash(joined(password, salted, repeated(inner, password.length), ...bits));
  const p = repeated(hash(repeated(password, password.length ** 2)), password.length);
  const s = repeated(hash(repeated(salted, salted.length * (16 + (digest[0] ?? 0)))), salted.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const parts = [odd ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(odd ? digest : p);
    digest = hash(joined(...parts));
  }
  return cryptText(digest, digest.length === 32 ? order256 : order512);
}

/** Three bytes a third of the digest apart, turned by one place from group to group; then the rest. */
const order256 = [...Array.from({ length: 10 }, (_, i) => turned(i, [i, i + 10, i + 20], "left")), [31, 30]];
const order512 = [...Array.from({ length: 21 }, (_, i) => turned(i, [i, i + 21, i + 42], "right")), [63]];

function turned(step: number, group: readonly number[], way: "left" | "right"): readonly number[] {
  const by = way === "left" ? (3 - (step % 3)) % 3 : step % 3;
  return [...group.slice(by), ...group.slice(0, by)];
}
