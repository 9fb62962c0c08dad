import type { HostPattern, HostRoutes, PathMatch, Route, RouteMatch, RouteSet, ValueMatch } from "../route-table.ts";
import { argumentOf, type Directive, exactly, isUnprintable } from "./config.ts";

/**
 * What HAProxy looks requests up in: a request costs as much with ten thousand routes as with one. Hosts without patterns are in `plain`: the
 * longest key that `host#path/#` begins with is `host#path/` for a prefix and `host#path/#` for a whole path. Of the others, which stand in
 * `patterned`, keys are `host#path` in `exact`, in `prefixes` with a slash at the end, and `patterns` has regular expressions for the same,
 * tried in their order. What is found says where to (`destination.ts`); where that depends on more than the path it names a group, whose rules come then.
 */
export interface Lookups {
  readonly plain: Map<string, string>;
  readonly exact: Map<string, string>;
  readonly prefixes: Map<string, string>;
  readonly patterns: Map<string, string>;
  readonly patterned: Map<string, string>;
  /** Ids of routes of groups to their destinations. */
  readonly members: Map<string, string>;
  readonly rules: GroupRule[];
}

/** A request of the group goes to `member`, if no rule before it took it and all of the conditions hold. */
export interface GroupRule {
  readonly host: HostPattern;
  readonly group: string;
  readonly member: string;
  readonly conditions: readonly Directive[];
}

export type DestinationOf = (route: Route) => string;
const groupDestination = (group: string): string => `g||||||${group}`;

export function lookupsOf(set: RouteSet, destinationOf: DestinationOf): Lookups {
  const lookups: Lookups = {
    plain: new Map(),
    exact: new Map(),
    prefixes: new Map(),
    patterns: new Map(),
    patterned: new Map(),
    members: new Map(),
    rules: [],
  };
  for (const host of set.hosts.values()) addHost(lookups, host, destinationOf);
  return lookups;
}

/** Whether a request can fit at all (`request-target.ts`): what can't could be no line of a map or of a configuration either. */
function canFit({ path, method = "", headers, query, cookies }: RouteMatch): boolean {
  const values = [...headers, ...query, ...cookies].flatMap(({ name, value }) => [name, value]);
  const isPath = path.kind === "pattern" ? !isUnprintable(path.value) : VISIBLE.test(path.value);
  return isPath && ![method, ...values].some(isUnprintable);
}
const VISIBLE = /^[\x21-\x7e]*$/;

function addHost(lookups: Lookups, { host, routes }: HostRoutes, destinationOf: DestinationOf): void {
  if (!VISIBLE.test(host)) return;
  const paths = new HostPaths(routes.filter(({ match }) => canFit(match)));
  const settle = (path: PathMatch) => settleClass(lookups, { host, path }, paths.candidates(path), destinationOf);
  const isPlain = paths.patterns.size === 0;
  const [exact, end] = isPlain ? [lookups.plain, "/#"] : [lookups.exact, ""];
  for (const value of paths.exact.keys()) exact.set(`${host}#${value}${end}`, settle({ kind: "exact", value }));
  for (const value of paths.patterns.keys()) {
    lookups.patterned.set(host, "1");
    lookups.patterns.set(patternKey(host, value), settle({ kind: "pattern", value }));
  }
  for (const value of paths.prefixes.keys()) {
    (isPlain ? lookups.plain : lookups.prefixes).set(`${host}#${value}/`, settle({ kind: "prefix", value }));
  }
}

/** A route that may serve requests of a class, and what of its path the class alone doesn't settle. */
interface Candidate {
  readonly place: number;
  readonly route: Route;
  readonly path?: PathMatch;
}

/** A class: the requests for which a path is the first found. Gives what is found there. */
function settleClass(
  { members, rules }: Lookups,
  { host, path }: { readonly host: HostPattern; readonly path: PathMatch },
  candidates: readonly Candidate[],
  destinationOf: DestinationOf,
): string {
  const [first] = candidates;
  if (first !== undefined && isCertain(first)) return destinationOf(first.route);
  const group = `${host}#${path.kind}#${withoutSpaces(path.value)}`;
  for (const { route, path } of candidates) {
    members.set(route.id, destinationOf(route));
    const conditions = [...(path === undefined ? [] : [pathCondition(path)]), ...conditionsOf(route.match)];
    rules.push({ host, group, member: route.id, conditions });
  }
  return groupDestination(group);
}

const isCertain = ({ route: { match }, path }: Candidate): boolean =>
  path === undefined &&
  match.method === undefined &&
  match.headers.length + match.query.length + match.cookies.length === 0;

/** The routes of one host by their paths, each with its place in the order of precedence. */
class HostPaths {
  readonly exact = new Map<string, Candidate[]>();
  readonly prefixes = new Map<string, Candidate[]>();
  readonly patterns = new Map<string, Candidate[]>();

  constructor(routes: readonly Route[]) {
    for (const [place, route] of routes.entries()) {
      const { kind, value } = route.match.path;
      const of = { exact: this.exact, prefix: this.prefixes, pattern: this.patterns }[kind];
      const known = of.get(value);
      if (known === undefined) of.set(value, [{ place, route }]);
      else known.push({ place, route });
    }
  }

  /** Who may serve the class, in the order of precedence, up to the first that serves whatever else the request says. */
  candidates({ kind, value }: PathMatch): readonly Candidate[] {
    const all: Candidate[] = [];
    if (kind === "exact") all.push(...(this.exact.get(value) ?? []));
    if (kind !== "pattern") for (const over of withAncestors(value)) all.push(...(this.prefixes.get(over) ?? []));
    if (kind === "exact") for (const [pattern, routes] of this.patterns) all.push(...unsettled(pattern, routes));
    if (kind === "pattern") {
      let isBehind = false;
      for (const [pattern, routes] of this.patterns) {
        if (pattern === value) all.push(...routes);
        else if (isBehind) all.push(...unsettled(pattern, routes));
        isBehind ||= pattern === value;
      }
      const end = Math.min(...(this.patterns.get(value) ?? []).filter(isCertain).map(({ place }) => place));
      for (const routes of this.prefixes.values())
        all.push(...routes.filter(({ place }) => place < end).map(unsettledPrefix));
    }
    all.sort((a, b) => a.place - b.place);
    const certain = all.findIndex(isCertain);
    return certain < 0 ? all : all.slice(0, certain + 1);
  }
}

const unsettled = (value: string, routes: readonly Candidate[]): Candidate[] =>
  routes.map((candidate) => ({ ...candidate, path: { kind: "pattern", value } }));

const unsettledPrefix = (candidate: Candidate): Candidate => ({ ...candidate, path: candidate.route.match.path });

/** `/a/b`, `/a` and the empty prefix, which is `/`. */
function* withAncestors(path: string): Generator<string> {
  let end = path.length;
  for (; end > 0; end = path.lastIndexOf("/", end - 1)) yield path.slice(0, end);
  yield "";
}

const pathCondition = ({ kind, value }: PathMatch): Directive =>
  kind === "prefix"
    ? ["var(txn.slashed)", "-m", "beg", "--", `${value}/`]
    : ["path", "-m", "reg", "-i", "--", `^(?:${value})`];

function conditionsOf({ method, headers, query, cookies }: RouteMatch): readonly Directive[] {
  const of = (fetch: string) => (match: ValueMatch) => [
    `${fetch}(${argumentOf(match.name)})`,
    ...valueCondition(match),
  ];
  return [
    ...(method === undefined ? [] : [["method", ...exactly(method)]]),
    ...headers.map(of("req.fhdr")),
    ...query.map(of("url_param")),
    ...cookies.map(of("req.cook")),
  ];
}

const valueCondition = ({ kind, value }: ValueMatch): Directive =>
  kind === "exact" ? exactly(value) : ["-m", "reg", "--", `^(?:${value})$`];

/** A pattern for `host#path`, whose `^` means where the path begins. */
function patternKey(host: HostPattern, pattern: string): string {
  const fromPath = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|\^/g, (piece) => (piece === "^" ? "(?<=#)" : piece));
  return `^${host.replace(/[.*[\]]/g, "\\$&")}#(?i:${withoutSpaces(fromPath)})`;
}

/** A space ends a key in a map file. */
const withoutSpaces = (pattern: string): string =>
  pattern.replace(/\\.| /gs, (piece) => (piece.endsWith(" ") ? "\\x20" : piece));
