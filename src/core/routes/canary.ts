import { type BackendWish, canaryWish } from "./backend-wish.ts";
import type { CanaryRoute, IngressEntry } from "./entry.ts";
import type { Canary } from "./ingress-settings.ts";
import type { Finding, Route, RouteMatch, Target, ValueMatch } from "./route-table.ts";

/** A route that is served, and the Ingress that has it. */
export interface Served {
  readonly route: Route;
  readonly entry: IngressEntry;
}

interface WithCanaries {
  readonly routes: readonly Route[];
  /** Backends of canaries. */
  readonly backends: readonly BackendWish[];
  readonly findings: readonly Finding[];
}

/**
 * Puts canaries to the routes that they take their part of: those of the same match. `served` are in the order of their precedence. Of several
 * canaries of one route the oldest has it, as in ingress-nginx.
 */
export function withCanaries(
  served: readonly Served[],
  canaries: readonly CanaryRoute[],
  keyOf: (route: Route) => string,
): WithCanaries {
  if (canaries.length === 0) return { routes: served.map(({ route }) => route), backends: [], findings: [] };
  const mains = new Set(served.map(({ route }) => keyOf(route)));
  const taken = new Map<string, CanaryRoute>();
  const findings: Finding[] = [];
  for (const one of canaries.toSorted((a, b) => (a.route.seniority < b.route.seniority ? -1 : 1))) {
    const key = keyOf(one.route);
    const elder = taken.get(key);
    if (mains.has(key) && elder === undefined) taken.set(key, one);
    else if (elder !== undefined) findings.push(secondCanary(one.route, elder.route));
    else if (!one.route.seniority.startsWith("~")) findings.push(withoutMain(one.route));
  }
  const backends: BackendWish[] = [];
  const routes = served.flatMap((main) => {
    const canary = taken.get(keyOf(main.route));
    if (canary?.wish === undefined) return main.route;
    const wish = adapted(canary.wish, canary.route.origin.name, main);
    if (!main.entry.backends.some(({ id }) => id === wish.id)) backends.push(wish);
    return rowsOf(main.route, canary, { kind: "backends", backends: [{ backend: wish.id, weight: 1 }] });
  });
  return { routes, backends, findings };
}

function adapted(canary: BackendWish, name: string, { route: { to }, entry }: Served): BackendWish {
  const [first] = to.kind === "backends" ? to.backends : [];
  const own = entry.backends.find(({ id }) => id === first?.backend);
  return canaryWish(canary, own?.settings ?? canary.settings, { canary: name, main: entry.name });
}

/** In this order: header, cookie, weight. What says `never` needs a row only where something behind it would send to the canary. */
function rowsOf(main: Route, { route, canary }: CanaryRoute, toCanary: Target): readonly Route[] {
  const row = (id: string, match: Partial<RouteMatch>, to: Target): Route => ({
    ...main,
    id: `${main.id}${main.id.includes("?") ? "&" : "?"}${id}`,
    match: { ...main.match, ...match },
    to,
    origin: to === main.to ? main.origin : route.origin,
  });
  const header = headerMatches(canary);
  const cookie = (value: string): ValueMatch => ({ name: canary.cookie ?? "", kind: "exact", value });
  const last = { ...main, to: weighted(main.to, toCanary, canary) };
  return [
    ...(header.always === undefined ? [] : [row("canary=header", { headers: [header.always] }, toCanary)]),
    ...(header.never === undefined ? [] : [row("main=header", { headers: [header.never] }, main.to)]),
    ...(canary.cookie === undefined ? [] : [row("canary=cookie", { cookies: [cookie("always")] }, toCanary)]),
    ...(canary.cookie === undefined || last.to === main.to
      ? []
      : [row("main=cookie", { cookies: [cookie("never")] }, main.to)]),
    last,
  ];
}

/** A pattern may fit anywhere in the value, as in ingress-nginx. */
function headerMatches({ header, cookie, weight }: Canary): {
  readonly always?: ValueMatch;
  readonly never?: ValueMatch;
} {
  if (header === undefined) return {};
  const name = header.name.toLowerCase();
  if (header.value !== undefined) return { always: { name, kind: "exact", value: header.value } };
  if (header.pattern !== undefined) return { always: { name, kind: "pattern", value: `.*(?:${header.pattern}).*` } };
  const always: ValueMatch = { name, kind: "exact", value: "always" };
  return cookie === undefined && weight <= 0 ? { always } : { always, never: { name, kind: "exact", value: "never" } };
}

function weighted(main: Target, canary: Target, { weight, weightTotal }: Canary): Target {
  const part = Math.min(Math.max(weight, 0), weightTotal);
  if (part === 0 || main.kind !== "backends" || canary.kind !== "backends") return main;
  return {
    kind: "backends",
    backends: [
      ...main.backends.map(({ backend }) => ({ backend, weight: weightTotal - part })),
      ...canary.backends.map(({ backend }) => ({ backend, weight: part })),
    ],
  };
}

function withoutMain({ origin, host, match }: Route): Finding {
  const message = `${origin.field}: no other Ingress serves ${host}, ${match.path.kind} ${match.path.value || "/"}, so the canary has nothing to take its part of`;
  return { origin, weight: "refused", because: "CanaryWithoutMain", message };
}

function secondCanary({ origin }: Route, elder: Route): Finding {
  const message = `${origin.field}: the older Ingress ${elder.origin.name} is this route's canary; there is one for each`;
  return { origin, weight: "refused", because: "RouteTaken", message };
}
