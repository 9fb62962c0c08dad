/** Blowfish's subkeys and substitution boxes as they are before there is a key: the binary digits of pi behind its point. */
export interface BlowfishTables {
  readonly p: Uint32Array;
  readonly s: Uint32Array;
}

const words = 18 + 4 * 256;
const guardBits = 64n;

/** Worked out in some milliseconds; whoever needs it often keeps it. */
export function blowfishTables(): BlowfishTables {
  const digits = piBits(BigInt(32 * words));
  const all = Uint32Array.from({ length: words }, (_, i) =>
    Number((digits >> BigInt(32 * (words - 1 - i))) & 0xffff_ffffn),
  );
  return { p: all.slice(0, 18), s: all.slice(18) };
}

/** So many binary digits of pi behind the point. Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239). */
function piBits(count: bigint): bigint {
  const one = 1n << (count + guardBits);
  const pi = 16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one);
  return (pi - 3n * one) >> guardBits;
}

function arctanOfInverse(n: bigint, one: bigint): bigint {
  let power = one / n;
  let sum = power;
  for (let odd = 3n, sign = -1n; power !== 0n; odd += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / odd;
  }
  return sum;
}
