import { createHash } from "node:crypto";
import { type Cidr, cidrOf, mustCidr, overlaps, subnet } from "#net/cidr.ts";
import { type Ip, type IpFamily, mustIp, plus } from "#net/ip.ts";

/**
 * The private network of a cluster, a block a family. Where it has several nodes, they and this machine stand on it; the addresses of
 * load balancers come from its upper half in any case.
 */
export interface Lan {
  readonly blocks: readonly Cidr[];
}

/** Where a free block is looked for, in this order. */
const grounds = ["172.30.0.0/16", "10.30.0.0/16", "192.168.0.0/16"];
const prefixLength = 24;
const blocksInGround = 256;

/**
 * The network of a data folder: always the same one, unless this machine has come to use it otherwise. undefined where nothing is
 * free. `taken`: blocks that somebody else has.
 */
export function lanOf(dataDir: string, families: readonly IpFamily[], taken: readonly Cidr[]): Lan | undefined {
  const blocks = families.map((family) => (family === "IPv4" ? freeBlock(dataDir, taken) : localBlock(dataDir)));
  const found = blocks.flatMap((block) => block ?? []);
  return found.length < blocks.length ? undefined : { blocks: found };
}

const hashOf = (dataDir: string): Buffer => createHash("sha256").update(dataDir).digest();

function freeBlock(dataDir: string, taken: readonly Cidr[]): Cidr | undefined {
  const start = hashOf(dataDir).readUInt8(0);
  for (const ground of grounds) {
    for (let step = 0; step < blocksInGround; step++) {
      const block = subnet(mustCidr(ground), prefixLength, (start + step) % blocksInGround);
      if (block !== undefined && !taken.some((one) => overlaps(one, block))) return block;
    }
  }
  return undefined;
}

/** A unique local block (RFC 4193, section 3.2): 40 bits of a hash make it nobody else's. */
function localBlock(dataDir: string): Cidr {
  const [a, b, c] = [0, 2, 4].map((at) =>
    hashOf(dataDir)
      .readUInt16BE(at + 1)
      .toString(16),
  );
  const high = hashOf(dataDir).readUInt8(0).toString(16).padStart(2, "0");
  return cidrOf(mustIp(`fd${high}:${a}:${b}:${c}::`), 64);
}

const machineAt = 1n;
const firstNodeAt = 10n;

/** This machine's own addresses on it. */
export const machineAddresses = ({ blocks }: Lan): readonly Ip[] => blocks.map(({ first }) => plus(first, machineAt));

/** Those of the node with that number, from 1. */
export const lanAddresses = ({ blocks }: Lan, number: number): readonly Ip[] =>
  blocks.map(({ first }) => plus(first, firstNodeAt + BigInt(number)));

/** Addresses for load balancers: no node ever has one of them. */
export const poolOf = ({ blocks }: Lan): readonly Cidr[] =>
  blocks.flatMap((block) => subnet(block, block.family === "IPv4" ? 25 : 112, 1) ?? []);
