import type { RouteSet } from "../route-table.ts";
import { argumentOf, type Directive, exactly } from "./config.ts";
import type { GroupRule } from "./lookups.ts";
import { ifSays, returns } from "./rules.ts";

/** The map files of a route set; `weights` is everybody's. */
export interface RoutingMaps {
  readonly plain: string;
  readonly exact: string;
  readonly prefixes: string;
  readonly patterns: string;
  readonly patterned: string;
  readonly members: string;
}

export const WEIGHTS = "weights.map";
const FOUND = ["{", "var(txn.to)", "-m", "found", "}"] as const;
const NOT_FOUND = ["!{", "var(txn.to)", "-m", "found", "}"] as const;

/** How many labels of a host `*.` of a Gateway may stand for. */
const MOST_LABELS = 8;

/** Finds a route: the host itself, then wider and wider patterns. What was found is in variables then; `destination.ts` says which. */
export function routingRules(
  maps: RoutingMaps,
  rules: readonly GroupRule[],
  wildcards: RouteSet["wildcards"],
): readonly Directive[] {
  const isWide = (host: string) => host.startsWith("*.");
  const wide = rules.filter(({ host }) => isWide(host));
  const widenings = wildcards === "oneLabel" ? 1 : MOST_LABELS;
  return [
    ...lookUp("txn.host", maps),
    ...settleGroups(
      maps,
      rules.filter(({ host }) => host !== "*" && !isWide(host)),
    ),
    ...Array.from({ length: widenings }, (_, step) => [
      widened(step),
      ...lookUp("txn.wide", maps),
      ...settleGroups(maps, wide),
    ]).flat(),
    ["http-request", "set-var(txn.wide)", "str(*)", "if", ...NOT_FOUND],
    ...lookUp("txn.wide", maps),
    ...settleGroups(
      maps,
      rules.filter(({ host }) => host === "*"),
    ),
    ...read,
  ];
}

/** `a.b.c` becomes `*.b.c`, and that `*.c`. */
const widened = (step: number): Directive => [
  ...["http-request", "set-var(txn.wide)"],
  step === 0 ? "var(txn.host),regsub(^[^.]*,*)" : `var(txn.wide),regsub(${argumentOf("^\\*\\.[^.]*")},*)`,
  ...["if", ...NOT_FOUND],
];

function lookUp(host: string, maps: RoutingMaps): readonly Directive[] {
  const finds = (fetch: string, ...more: readonly string[]): Directive => [
    ...["http-request", "set-var(txn.to)", fetch, "if", ...NOT_FOUND, ...more],
  ];
  return [
    finds(`var(${host}),concat(${argumentOf("#")},txn.path,${argumentOf("/#")}),map_beg(${maps.plain})`),
    finds(`var(${host}),concat(${argumentOf("#")},txn.path),map_str(${maps.exact})`),
    finds(
      `var(${host}),concat(${argumentOf("#")},txn.path),map_reg(${maps.patterns})`,
      ...["{", `var(${host}),map_str(${maps.patterned})`, "-m", "found", "}"],
    ),
    finds(`var(${host}),concat(${argumentOf("#")},txn.slashed),map_beg(${maps.prefixes})`),
  ];
}

/** A group in `txn.to` is replaced by where its first rule that holds leads, or by nothing. */
function settleGroups({ members }: RoutingMaps, rules: readonly GroupRule[]): readonly Directive[] {
  if (rules.length === 0) return [];
  const isGroup = ["{", "var(txn.to)", "-m", "beg", "g|", "}"];
  return [
    ["http-request", "set-var(txn.group)", "var(txn.to),field(7,|,0)", "if", ...FOUND, ...isGroup],
    ["http-request", "unset-var(txn.to)", "if", ...FOUND, ...isGroup],
    ...rules.map(({ group, member, conditions }) => [
      ...["http-request", "set-var(txn.to)", `str(${argumentOf(member)}),map_str(${members})`],
      ...["if", "{", "var(txn.group)", ...exactly(group), "}", ...NOT_FOUND],
      ...conditions.flatMap((words) => ["{", ...words, "}"]),
    ]),
    ["http-request", "unset-var(txn.group)"],
  ];
}

const field = (variable: string, which: string): Directive => [
  ...["http-request", `set-var(txn.${variable})`, `var(txn.to),field(${which})`],
];

const read: readonly Directive[] = [
  returns(404, { text: "404: no rule is for this host and path" }, ["unless", ...FOUND]),
  field("kind", "1,|"),
  field("section", "2,|"),
  field("https", "3,|"),
  field("body", "4,|"),
  ["http-request", "set-var(txn.route)", "var(txn.to),field(5,|)", ...ifSays("txn.kind", "w")],
  ["http-request", "set-var(txn.pick)", "rand,mod(txn.section)", ...ifSays("txn.kind", "w")],
  [
    ...["http-request", "set-var(txn.section)"],
    `var(txn.route),concat(${argumentOf("#")},txn.pick),map_str(${WEIGHTS})`,
    ...ifSays("txn.kind", "w"),
  ],
];
