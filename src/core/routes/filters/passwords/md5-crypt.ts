import { cryptText, type Hashes, joined, repeated, utf8 } from "./hashes.ts";

const rounds = 1000;
const order = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];

/** What stands behind the salt of `$1$salt$` and `$apr1$salt$`. Source: crypt(5), md5crypt; Apache has its own word in it. */
export function md5Crypt(password: Uint8Array, magic: "$1$" | "$apr1$", salt: string, { md5 }: Hashes): string {
  const salted = utf8(salt);
  const inner = md5(joined(password, salted, password));
  const bits: Uint8Array[] = [];
  for (let n = password.length; n > 0; n >>= 1) bits.push((n & 1) === 1 ? Uint8Array.of(0) : password.subarray(0, 1));
  let digest = md5(joined(password, utf8(magic), salted, repeated(inner, password.length), ...bits));
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const parts = [odd ? password : digest];
    if (round % 3 !== 0) parts.push(salted);
    if (round % 7 !== 0) parts.push(password);
    parts.push(odd ? digest : password);
    digest = md5(joined(...parts));
  }
  return cryptText(digest, order);
}
