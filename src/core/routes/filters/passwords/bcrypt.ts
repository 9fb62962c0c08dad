import { type BlowfishTables, blowfishTables } from "./blowfish-tables.ts";
import { joined, utf8 } from "./hashes.ts";

const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** "OrpheanBeholderScryDoubt": what is encrypted with the key that the password becomes. */
const plain = utf8("OrpheanBeholderScryDoubt");

let tables: BlowfishTables | undefined;

/**
 * What stands behind the salt (22 letters) of `$2b$cost$salt`. 2^cost rounds of work: cost 10 takes about a tenth of a second.
 * Source: Provos and Mazieres, "A Future-Adaptable Password Scheme"; only the first 72 bytes of a password count.
 */
export function bcrypt(password: Uint8Array, cost: number, salt: string): string {
  tables ??= blowfishTables();
  const state = { p: tables.p.slice(), s: tables.s.slice() };
  const key = keyWords(joined(password, Uint8Array.of(0)).subarray(0, 72));
  const salted = saltWords(salt);
  expand(state, key, salted);
  const none = new Uint32Array(4);
  const saltKey = Uint32Array.from({ length: 18 }, (_, i) => salted[i % 4] ?? 0);
  for (let round = 0; round < 2 ** cost; round++) {
    expand(state, key, none);
    expand(state, saltKey, none);
  }
  return bcryptText(encrypted(state));
}

/** The password again and again, as the words that are mixed with the subkeys. */
function keyWords(bytes: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: 18 }, (_, i) =>
    [0, 1, 2, 3].reduce((word, k) => (word << 8) | (bytes[(4 * i + k) % bytes.length] ?? 0), 0),
  );
}

function saltWords(salt: string): Uint32Array {
  const bits = [...salt].reduce((sum, letter) => (sum << 6n) | BigInt(alphabet.indexOf(letter)), 0n) >> 4n;
  return Uint32Array.from({ length: 4 }, (_, i) => Number((bits >> BigInt(32 * (3 - i))) & 0xffff_ffffn));
}

/** Blowfish's key schedule with a salt mixed into what it encrypts. */
function expand({ p, s }: BlowfishTables, key: Uint32Array, salt: Uint32Array): void {
  for (let i = 0; i < 18; i++) p[i] = (p[i] ?? 0) ^ (key[i] ?? 0);
  const block = new Uint32Array(2);
  let turn = 0;
  for (const table of [p, s])
    for (let i = 0; i < table.length; i += 2, turn ^= 2) {
      block[0] = (block[0] ?? 0) ^ (salt[turn] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[turn + 1] ?? 0);
      encipher(block, p, s);
      table[i] = block[0];
      table[i + 1] = block[1];
    }
}

function encipher(block: Uint32Array, p: Uint32Array, s: Uint32Array): void {
  let left = block[0] ?? 0;
  let right = block[1] ?? 0;
  for (let round = 0; round < 16; round += 2) {
    left ^= p[round] ?? 0;
    right ^= mixed(left, s);
    right ^= p[round + 1] ?? 0;
    left ^= mixed(right, s);
  }
  block[0] = right ^ (p[17] ?? 0);
  block[1] = left ^ (p[16] ?? 0);
}

const mixed = (word: number, s: Uint32Array): number =>
  ((((s[word >>> 24] ?? 0) + (s[256 + ((word >>> 16) & 255)] ?? 0)) ^ (s[512 + ((word >>> 8) & 255)] ?? 0)) +
    (s[768 + (word & 255)] ?? 0)) |
  0;

function encrypted({ p, s }: BlowfishTables): Uint8Array {
  const bytes = new Uint8Array(24);
  const [from, to] = [new DataView(plain.buffer), new DataView(bytes.buffer)];
  const block = new Uint32Array(2);
  for (let at = 0; at < 24; at += 8) {
    block[0] = from.getUint32(at);
    block[1] = from.getUint32(at + 4);
    for (let time = 0; time < 64; time++) encipher(block, p, s);
    to.setUint32(at, block[0]);
    to.setUint32(at + 4, block[1]);
  }
  return bytes;
}

/** 23 of the 24 bytes: the last one has always been left out. */
function bcryptText(bytes: Uint8Array): string {
  const bits = bytes.subarray(0, 23).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) << 2n;
  return Array.from({ length: 31 }, (_, i) => alphabet[Number((bits >> BigInt(6 * (30 - i))) & 63n)]).join("");
}
