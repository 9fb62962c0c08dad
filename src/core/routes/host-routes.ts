import type { BackendWish } from "./backend-wish.ts";
import { type Served, withCanaries } from "./canary.ts";
import type { HostClaim, IngressEntry } from "./entry.ts";
import type { Finding, HostPattern, HostRoutes, PathMatch, Route } from "./route-table.ts";

/** What one Ingress wants of a host. */
interface Claimant {
  readonly entry: IngressEntry;
  readonly claim: HostClaim;
}

/** The routes of a host, and what each Ingress is to be told about it. */
interface SettledHost {
  readonly routes: HostRoutes;
  /** Those that no Ingress has for itself. */
  readonly backends: readonly BackendWish[];
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

/** Where HTTP-01 challenges are answered: by a client that must not need a certificate yet (RFC 8555 section 8.3). */
const challengePath = "/.well-known/acme-challenge";

/** Weighs the claims of all Ingresses against each other. `hasTls`: the host is answered by TLS, whoever asked for that. */
export function settleHost(host: HostPattern, claimants: readonly Claimant[], hasTls: boolean): SettledHost {
  const told = new Map<string, Finding[]>();
  const tell = (finding: Finding) => {
    const known = told.get(finding.origin.name);
    if (known === undefined) told.set(finding.origin.name, [finding]);
    else known.push(finding);
  };
  const { counting, givingWay } = ranked(claimants);
  const served = new Map<string, Served>();
  const shadowed: HostRoutes["shadowed"][number][] = [];
  const wanted = counting.flatMap(({ entry, claim }) =>
    claim.routes.map((route) => ({ entry, route: redirected(route, entry, hasTls) })),
  );
  for (const one of wanted.toSorted((a, b) => (a.route.seniority < b.route.seniority ? -1 : 1))) {
    const key = matchKey(one.route);
    const elder = served.get(key);
    if (elder === undefined) served.set(key, one);
    else {
      shadowed.push({ route: one.route, by: elder.route.id });
      if (isToldOf(one, elder.route)) tell(takenBy(one.route, elder.route));
    }
  }
  const [ruler] = served.values();
  for (const { entry, claim } of givingWay) {
    if (ruler === undefined) continue;
    shadowed.push(...claim.routes.map((route) => ({ route, by: ruler.route.id })));
    tell(givesWay(entry, claim, ruler));
  }
  const canaries = counting.flatMap(({ claim }) => claim.canaries);
  const inOrder = [...served.values()].toSorted((a, b) => byPrecedence(a.route, b.route));
  const { routes, backends, findings } = withCanaries(inOrder, canaries, matchKey);
  for (const finding of findings) tell(finding);
  return { routes: { host, routes, shadowed }, backends, findings: told };
}

/** A rule for a host has it before those that have it by another name. */
function ranked(claimants: readonly Claimant[]) {
  const counting = claimants.filter(({ claim }) => claim.furtherBy === undefined);
  const isRuled = counting.some(({ claim }) => claim.routes.length > 0);
  return isRuled
    ? { counting, givingWay: claimants.filter(({ claim }) => claim.furtherBy !== undefined) }
    : { counting: claimants, givingWay: [] };
}

function givesWay({ name }: IngressEntry, { furtherBy: field = "" }: HostClaim, { route, entry }: Served): Finding {
  const message = `${field}: Ingress ${entry.name} has a rule for ${route.host}, and serves it`;
  return { origin: { kind: "Ingress", name, field }, weight: "noted", because: "RouteTaken", message };
}

/** Routes of equal keys match the same requests. */
const matchKey = ({ match: { path, method = "", headers, query, cookies } }: Route): string =>
  headers.length + query.length + cookies.length === 0
    ? `${path.kind} ${method} ${path.value}`
    : `${path.kind} ${method} ${path.value} ${JSON.stringify([headers, query, cookies])}`;

const ranks: Readonly<Record<PathMatch["kind"], number>> = { exact: 0, pattern: 1, prefix: 2 };

/** Exact paths, then patterns, then prefixes, the longest first; what is equal in that by seniority. */
function byPrecedence(a: Route, b: Route): number {
  const [one, other] = [a.match.path, b.match.path];
  return (
    ranks[one.kind] - ranks[other.kind] || other.value.length - one.value.length || (a.seniority < b.seniority ? -1 : 1)
  );
}

function redirected(route: Route, { httpsRedirect: { when, status } }: IngressEntry, hasTls: boolean): Route {
  const applies = when === "always" || (when === "hostHasTls" && hasTls);
  if (!applies || route.match.path.value.startsWith(challengePath)) return route;
  return { ...route, filters: { ...route.filters, httpsRedirect: { status } } };
}

/** The last routes that come with a default backend give way silently, unless the Ingress has nothing else. */
const isToldOf = ({ route, entry }: Served, elder: Route): boolean =>
  !route.seniority.startsWith("~") || (entry.hosts.size === 1 && elder.seniority.startsWith("~"));

function takenBy(route: Route, elder: Route): Finding {
  const { origin, host, match } = route;
  const path = match.path.value === "" ? "/" : match.path.value;
  const where = `${host === "*" ? "any host" : host}, ${match.path.kind} ${path}`;
  const message = `${origin.field}: ${where} is served by the older ${elder.origin.kind} ${elder.origin.name} (${elder.origin.field})`;
  return { origin, weight: "refused", because: "RouteTaken", message };
}
