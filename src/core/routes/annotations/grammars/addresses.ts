import { blockOf, type Cidr, parseBlock } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import { showValue } from "../../shown-value.ts";
import { type Grammar, value, wrong } from "../annotation.ts";
import { entriesOf } from "./words.ts";

/** Addresses and blocks of them. What is none is left out, and said; nothing at all is wrong. */
export const blocks: Grammar<readonly Cidr[]> = {
  shape: "addresses and CIDR blocks of both families, separated by commas",
  read: (text) => {
    const entries = entriesOf(text).map((entry) => ({ entry, block: readBlock(entry) }));
    const bad = entries.flatMap(({ entry, block }) => (block === undefined ? [entry] : []));
    const good = entries.flatMap(({ block }) => block ?? []);
    return good.length === 0
      ? wrong("has no address and no CIDR block; write some like 10.0.0.0/24,192.0.2.7")
      : value(good, leftOut(bad));
  },
};

/** One sentence about all of them. */
function leftOut(bad: readonly string[]): readonly string[] {
  const [first, ...more] = bad;
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : `; so are ${more.length} others`;
  return [`${showValue(first)} in it is no address and no CIDR block, and is left out${others}`];
}

/** The same, where what is left out would let somebody in: then all of it is wrong. */
export const allBlocks: Grammar<readonly Cidr[]> = {
  shape: blocks.shape,
  read: (text) => {
    const bad = entriesOf(text).find((entry) => readBlock(entry) === undefined);
    return bad === undefined
      ? blocks.read(text)
      : wrong(`can't be followed: ${showValue(bad)} is no address and no CIDR block`);
  },
};

function readBlock(text: string): Cidr | undefined {
  const ip = parseIp(text);
  return ip === undefined ? parseBlock(text) : blockOf(ip);
}
