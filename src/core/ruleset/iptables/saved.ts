import type { IpFamily } from "#net/ip.ts";
import { type Restore, showRule } from "./print.ts";
import type { Chain, Jump, TableName } from "./rule.ts";

/** What `iptables-save` has told: the rules of each chain, in its words without `-A CHAIN`, by table. */
export type Saved = ReadonlyMap<TableName, ReadonlyMap<string, readonly string[]>>;

/** Reads the output of `iptables-save`. Tables that no rule of ours stands in are left out. */
export function parseSaved(text: string): Saved {
  const tables = new Map<TableName, Map<string, string[]>>();
  let chains = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, first = "", rest = ""] = /^([*:]|-A )(.*)$/.exec(line) ?? [];
    const name = rest.split(" ", 1)[0] ?? "";
    if (first === "*") {
      chains = new Map();
      if (isOurTable(name)) tables.set(name, chains);
    } else if (first === ":") chains.set(name, []);
    else if (first !== "") chains.get(name)?.push(rest.slice(name.length + 1));
  }
  return tables;
}

const isOurTable = (name: string): name is TableName => name === "raw" || name === "filter" || name === "nat";

/** All rules of one family, as they should be. */
export interface Wanted {
  readonly family: IpFamily;
  readonly shared: readonly Jump[];
  readonly chains: readonly Chain[];
}

/** What makes the kernel's rules the wanted ones, and touches nothing that is as wanted, nor anything of others. */
export function difference({ family, shared, chains }: Wanted, saved: Saved): Restore {
  const rulesOf = ({ table, name }: Pick<Chain, "table" | "name">) => saved.get(table)?.get(name);
  const wanted = new Set(chains.map(({ table, name }) => `${table} ${name}`));
  return {
    family,
    shared: placements(shared, saved),
    written: chains.filter((chain) => {
      const rules = rulesOf(chain);
      return rules === undefined || plain(chain.rules.map(showRule)) !== plain(rules);
    }),
    removed: ownChains(saved).filter(({ table, name }) => !wanted.has(`${table} ${name}`)),
  };
}

/** What takes everything of ours away. */
export const removal = (family: IpFamily, saved: Saved): Restore => ({
  family,
  shared: placements([], saved),
  written: [],
  removed: ownChains(saved),
});

/** What fails where one of our rules in the shared chains is missing, of the tables that a change writes to; else does nothing. */
export const checks = (shared: readonly Jump[]): Restore["shared"] =>
  shared.map(({ table, from, rule }) => ({ table, line: `-C ${from} ${showRule(rule)}` }));

/** What fails where a rule of that chain is missing. */
export const chainChecks = ({ table, name, rules }: Chain): Restore["shared"] =>
  rules.map((rule) => ({ table, line: `-C ${name} ${showRule(rule)}` }));

// Ours come before everybody's, in the order that is wanted: so where one is missing or wrong, all of that chain are placed anew.
function placements(wanted: readonly Jump[], saved: Saved): Restore["shared"] {
  const places = new Set([...wanted.map(({ table, from }) => `${table} ${from}`), ...builtinPlaces(saved)]);
  return [...places].flatMap((place) => {
    const [table, from] = place.split(" ");
    if (table === undefined || from === undefined || !isOurTable(table)) return [];
    const standing = (saved.get(table)?.get(from) ?? []).filter(leadsToOurs);
    const lines = wanted.filter((one) => one.table === table && one.from === from).map(({ rule }) => showRule(rule));
    if (plain(standing) === plain(lines)) return [];
    return [
      ...standing.map((rule) => ({ table, line: `-D ${from} ${rule}` })),
      ...lines.toReversed().map((rule) => ({ table, line: `-I ${from} ${rule}` })),
    ];
  });
}

const builtins = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
const builtinPlaces = (saved: Saved): readonly string[] =>
  [...saved].flatMap(([table, chains]) =>
    builtins.filter((name) => chains.has(name)).map((name) => `${table} ${name}`),
  );

const ownChains = (saved: Saved): readonly Pick<Chain, "table" | "name">[] =>
  [...saved].flatMap(([table, chains]) => [...chains.keys()].filter(isOurs).map((name) => ({ table, name })));

// The kubelet has chains that begin with KUBE- too: they stay.
const isOurs = (chain: string): boolean =>
  /^(PORTOLAN-|KUBE-(SVC|SVL|EXT|FW|SEP|HP|SVCS|NPS|HPS|EXTS|FWS)-)/.test(chain) || ourNames.has(chain);
const ourNames = new Set([
  "KUBE-SERVICES",
  "KUBE-EXTERNAL-SERVICES",
  "KUBE-NODEPORTS",
  "KUBE-HOSTPORTS",
  "KUBE-MARK-MASQ",
  "KUBE-POSTROUTING",
  "KUBE-FORWARD",
  "KUBE-PROXY-FIREWALL",
  "KUBE-PROXY-CANARY",
]);
const leadsToOurs = (rule: string): boolean => isOurs(/(?:^| )-[jg] (\S+)/.exec(rule)?.[1] ?? "");

/** Rules in a form that is the same for what we write and for what `iptables-save` makes of it, whichever iptables it is. */
const plain = (rules: readonly string[]): string => rules.map(plainRule).join("\n");

function plainRule(rule: string): string {
  const options: string[] = [];
  let negated = "";
  for (const word of rule.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []) {
    if (word === "!") negated = "! ";
    else if (/^--?[a-z]/.test(word)) {
      options.push(`${negated}${word}`);
      negated = "";
    } else options.push(`${options.pop() ?? ""} ${word.replace(/^"(.*)"$/, "$1")}`);
  }
  return options.flatMap(plainOption).toSorted().join(" ");
}

// Matches are named by what they match; defaults are written by one and left out by the other.
function plainOption(option: string): readonly string[] {
  const [name = "", value = ""] = option.replace(/^! /, "").split(/ (.*)/);
  const not = option.startsWith("! ") ? "! " : "";
  if (name === "-m" || name === "--mask" || name === "--rsource" || name === "--reject-with") return [];
  if (name === "--or-mark") return [`--set-xmark ${value}/${value}`];
  if (name === "--xor-mark") return [`--set-xmark ${value}/0x0`];
  if (name === "--probability") return [`${name} ${Number(value).toFixed(6)}`];
  if (name === "--ctstate") return [`${not}${name} ${value.split(",").toSorted().join()}`];
  if (value === "0.0.0.0/0" || value === "::/0") return [];
  if (name === "-s" || name === "-d") return [`${not}${name} ${value.replace(/\/(32|128)$/, "")}`];
  return [option];
}
