/** What settings look like in flags, variables and files. undefined: it can't be read so. */
import { isNodesOwnLabel } from "#api/core/node/labels.ts";
import { type Cidr, parseCidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";

/** `node-2=topology.kubernetes.io/zone=b`; a label of every node where none is named. */
export interface NodeLabel {
  readonly node: string | undefined;
  readonly key: string;
  readonly value: string;
}

/** "40s", "2m", "1m30s": seconds. */
export function parseGrace(text: string): number | undefined {
  const total = parseSeconds(text);
  return total !== undefined && total >= 15 ? total : undefined;
}

/** `90s`, `1m30s`, in seconds: an hour at most. */
export function parseSeconds(text: string): number | undefined {
  const total = parseSpan(text);
  return total !== undefined && total <= 3600 ? total : undefined;
}

/** `30m`, `2h30m`, `7d`, in seconds: larger units come first. */
export function parseSpan(text: string): number | undefined {
  const found = /^(?=\d)(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?$/.exec(text);
  if (found === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** A number of things, 100,000 at most. */
export const parseCount = (text: string): number | undefined =>
  /^(0|[1-9]\d{0,5})$/.test(text) && Number(text) <= 100_000 ? Number(text) : undefined;

export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

type PrefixLengths = Readonly<Record<IpFamily, { readonly from: number; readonly to: number }>>;

/** One block, or two of different families; in any order. */
export function blocksFrom(text: string, lengths: PrefixLengths): readonly Cidr[] | undefined {
  const parts = text.split(",").map((part) => parseCidr(part.trim()));
  const fitting = parts.flatMap((block) => {
    const { from, to } = lengths[block?.family ?? "IPv4"];
    return block !== undefined && block.prefixLength >= from && block.prefixLength <= to ? [block] : [];
  });
  const families = new Set(fitting.map(({ family }) => family));
  return fitting.length === parts.length && families.size === parts.length ? fitting : undefined;
}

/** As it is written in flags. */
export function showBlocks(blocks: readonly Cidr[]): string {
  return blocks.map(({ text }) => text).join(",");
}

export function parseNodeLabels(text: string): readonly NodeLabel[] | undefined {
  const parts = text.split(",").filter((part) => part !== "");
  const labels = parts.flatMap((part): readonly NodeLabel[] => {
    const match = /^(?:([a-z0-9.-]+)=)?([A-Za-z0-9._/-]+)=([A-Za-z0-9._-]*)$/.exec(part);
    const [, node, key = "", value = ""] = match ?? [];
    return match === null || !isNodesOwnLabel(key) ? [] : [{ node, key, value }];
  });
  return labels.length === parts.length ? labels : undefined;
}

/** What one node is labelled with. */
export const labelsOf = (labels: readonly NodeLabel[], nodeName: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    labels.filter(({ node }) => node === undefined || node === nodeName).map(({ key, value }) => [key, value]),
  );

export function parseBlocks(text: string): readonly Cidr[] | undefined {
  const parts = text.split(",").filter((part) => part !== "");
  const blocks = parts.flatMap((part) => parseCidr(part.trim()) ?? []);
  return blocks.length === parts.length ? blocks : undefined;
}

/** A list of words, each of which must be right; none is a list too. */
export function parseWords(text: string, isRight: (word: string) => boolean): readonly string[] | undefined {
  const words = text.split(",").map((word) => word.trim());
  if (text.trim() === "") return [];
  return words.every(isRight) ? words : undefined;
}
