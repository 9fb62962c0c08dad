import { showBlock } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { type Protocol, wireName } from "#net/port.ts";
import { unreachable } from "../unreachable.ts";
import { frameOf, type Surroundings } from "./frame.ts";
import { clientType, frontendKey, showNumber, showRule } from "./nftables-rule.ts";
import type { Contents, Delta } from "./shadow.ts";
import { type At, type Chain, type Element, familyOf, type Hook, type Lead, numeral, type Target } from "./table.ts";

/** How many clients' affinities one family remembers; beyond that new clients are served without. About 50 MB when full. */
const affinityEntries = 262_144;

/**
 * The text that replaces the whole table in one transaction: connections under way don't notice. Nothing in it comes from a user's
 * hands: addresses and numbers were parsed, names of chains are ours.
 */
export function printTable(table: string, around: Surroundings, contents: Contents): string {
  const byMap = Map.groupBy(contents.elements, mapOf);
  const maps = around.families.flatMap((family) =>
    mapsOf(family).map((map) => showMap(map, (byMap.get(map.name) ?? []).flatMap(showElement))),
  );
  for (const from of leads) {
    const chains = contents.chains.filter(({ lead }) => lead?.from === from);
    maps.push(showMap(chainMap(from), chains.map(showLead)));
  }
  const chains = [...frameOf(around), ...contents.chains.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
  return `add table inet ${table}\ndelete table inet ${table}\ntable inet ${table} {\n${maps.join("")}${chains.map(showChain).join("")}}\n`;
}

/** The text that makes the difference, on one line, which nft takes as one transaction. */
export function printDelta(table: string, { chainsAdded, removed, added, chainsRemoved }: Delta): string {
  const commands = [
    ...chainsAdded.map(({ name }) => `add chain inet ${table} ${name}`),
    ...chainsAdded.flatMap(({ name, rules }) =>
      rules.map((rule) => `add rule inet ${table} ${name} ${showRule(rule)}`),
    ),
    ...chainsAdded.map((chain) => `add element inet ${table} ${chain.lead?.from}-chains { ${showLead(chain)} }`),
    ...byMap(removed).flatMap(([name, some]) => elementCommand("delete", { table, name }, some.flatMap(showKeys))),
    ...byMap(added).flatMap(([name, some]) => elementCommand("add", { table, name }, some.flatMap(showElement))),
    ...chainsRemoved.map((chain) => `delete element inet ${table} ${chain.lead?.from}-chains { ${numberOf(chain)} }`),
    ...chainsRemoved.map(({ name }) => `flush chain inet ${table} ${name}; delete chain inet ${table} ${name}`),
  ];
  return commands.length === 0 ? "" : `${commands.join("; ")}\n`;
}

interface Place {
  readonly table: string;
  /** Of a map or set. */
  readonly name: string;
}

/** At most one command; none where there are no elements. */
export const elementCommand = (
  verb: "add" | "delete",
  { table, name }: Place,
  elements: readonly string[],
): readonly string[] =>
  elements.length === 0 ? [] : [`${verb} element inet ${table} ${name} { ${elements.join(", ")} }`];

/** The text that takes the table away, also where it isn't there. */
export const printRemoval = (table: string): string => `add table inet ${table}\ndelete table inet ${table}\n`;

/** Names of all maps and sets; of those that the kernel fills itself, `isOurs` is false. */
export const mapNames = (
  families: readonly IpFamily[],
): readonly { readonly name: string; readonly isOurs: boolean }[] => [
  ...families.flatMap(mapsOf).map(({ name, type }) => ({ name, isOurs: !type.includes("dynamic") })),
  ...leads.map((from) => ({ name: chainMap(from).name, isOurs: true })),
];

/** What each map holds: values by keys, as nft writes them. Sets lead to "". */
export function mapsIn({ chains, elements }: Contents): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const maps = new Map<string, Map<string, string>>();
  const put = (name: string, key: string, value: string): void => {
    const map = maps.get(name) ?? new Map<string, string>();
    maps.set(name, map.set(key, value));
  };
  for (const element of elements)
    for (const key of showKeys(element)) put(mapOf(element), key, showValue(element) ?? "");
  for (const chain of chains)
    if (chain.lead !== undefined) put(chainMap(chain.lead.from).name, numberOf(chain), `goto ${chain.name}`);
  return maps;
}

const leads: readonly Lead["from"][] = ["services", "refusals"];

const byMap = (elements: readonly Element[]): readonly [string, readonly Element[]][] => [
  ...Map.groupBy(elements, mapOf),
];

/** Leads from numbers to chains; one for each type of hook, since the kernel allows no translation where only filters may be. */
const chainMap = (from: Lead["from"]): MapText => ({
  name: `${from}-chains`,
  kind: "map",
  type: "typeof meta priority : verdict",
});
const numberOf = ({ lead }: Chain): string => showNumber(lead?.number ?? 0);
const showLead = (chain: Chain): string => `${numberOf(chain)} : goto ${chain.name}`;

function showMap({ name, kind, type }: MapText, elements: readonly string[]): string {
  const list = elements.length === 0 ? "" : `    elements = {\n      ${elements.join(",\n      ")}\n    }\n`;
  return `  ${kind} ${name} {\n    ${type}\n${list}  }\n`;
}

interface MapText {
  readonly name: string;
  readonly kind: "map" | "set";
  readonly type: string;
}

// No map that grows with the cluster holds verdicts: at every change of one the kernel looks all of its elements through for
// loops (5 ms at 10,000). They hold numbers, and one small map leads from numbers to chains. nft takes `numgen` in a key only by
// `typeof`.
function mapsOf(family: IpFamily): readonly MapText[] {
  const [ip, n] = [family === "IPv4" ? "ip" : "ip6", numeral(family)];
  const at = `${ip} daddr . meta l4proto . th dport`;
  const translations = protocols.flatMap((protocol): readonly [string, string][] => {
    const key = frontendKey({ family, protocol });
    return [
      [`${wireName(protocol)}-endpoints`, `typeof ${key} . ${lot} : ${key}`],
      [`${wireName(protocol)}-members`, `typeof ${key} . meta priority : ${key}`],
    ];
  });
  const types: readonly (readonly [string, string])[] = [
    ["services", `typeof ${at} : meta priority`],
    ...translations,
    ["seats", `typeof ${at} . ${lot} : meta priority`],
    [
      "affinity",
      `typeof ${clientType(family)} : meta priority\n    flags dynamic,timeout\n    size ${affinityEntries}`,
    ],
    ["refusals", `typeof ${at} : meta priority`],
    ["sources", `typeof ${at} . ${ip} saddr\n    flags interval`],
    ["addresses", `typeof ${ip} daddr`],
    ["others", `typeof ${ip} daddr`],
    ["hairpins", `typeof ${ip} saddr . ${ip} daddr`],
    ["nodes", `typeof ${ip} daddr`],
  ];
  return types.map(([name, type]) => ({ name: `${name}${n}`, kind: type.includes(" : ") ? "map" : "set", type }));
}
const lot = "numgen random mod 65536";
const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

/** The map or set that holds an element. */
function mapOf(element: Element): string {
  const kept = element.in === "endpoints" || element.in === "members" ? `${wireName(element.at.protocol)}-` : "";
  return `${kept}${element.in}${numeral(familyOf(element))}`;
}

const showChain = (chain: Chain): string =>
  `  chain ${chain.name} {\n${linesOf(chain)
    .map((line) => `    ${line}\n`)
    .join("")}  }\n`;

/** A chain's hook, where it has one, and its rules. */
export const linesOf = ({ hook, rules }: Chain): readonly string[] => [
  ...(hook === undefined ? [] : [showHook(hook)]),
  ...rules.map(showRule),
];

const showHook = ({ type, at, priority }: Hook): string =>
  `type ${type} hook ${at} priority ${showPriority(at, priority)}; policy accept;`;

/** nft has names for some numbers, and lists those. */
function showPriority(at: Hook["at"], priority: number): string | number {
  if (priority === -300) return "raw";
  if (priority === -100 && at === "prerouting") return "dstnat";
  return priority === 100 && at === "postrouting" ? "srcnat" : priority;
}

const showPair = ({ ip, port }: At): string => `${ip.text} . ${port}`;
const showAt = ({ ip, protocol, port }: At): string => `${ip.text} . ${wireName(protocol)} . ${port}`;
const showTarget = ({ ip, port }: Target): string => `${ip.text} . ${port}`;

/** One, but for sources, which are as many as there are blocks. */
function showKeys(element: Element): readonly string[] {
  switch (element.in) {
    case "services":
    case "refusals":
      return [showAt(element.at)];
    case "endpoints":
      return [`${showPair(element.at)} . ${element.seat}`];
    case "seats":
      return [`${showAt(element.at)} . ${element.seat}`];
    case "members":
      return [`${showPair(element.at)} . ${showNumber(element.number)}`];
    case "sources":
      return element.blocks.map((block) => `${showAt(element.at)} . ${showBlock(block)}`);
    case "hairpins":
      return [`${element.ip.text} . ${element.ip.text}`];
    case "addresses":
    case "others":
    case "nodes":
      return [element.ip.text];
    default:
      return unreachable(element);
  }
}

function showElement(element: Element): readonly string[] {
  const value = showValue(element);
  return value === undefined ? showKeys(element) : showKeys(element).map((key) => `${key} : ${value}`);
}

/** undefined where a set holds it, which has keys alone. */
function showValue(element: Element): string | undefined {
  switch (element.in) {
    case "services":
    case "refusals":
      return numberOf(element.go);
    case "endpoints":
    case "members":
      return showTarget(element.to);
    case "seats":
      return showNumber(element.number);
    case "sources":
    case "hairpins":
    case "addresses":
    case "others":
    case "nodes":
      return undefined;
    default:
      return unreachable(element);
  }
}
