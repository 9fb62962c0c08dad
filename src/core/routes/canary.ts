import type { CanaryRoute } from "./entry.ts";
import type { Canary } from "./ingress-settings.ts";
import type { Finding, Route, RouteMatch, Target, ValueMatch } from "./route-table.ts";

interface ToldFinding {
  readonly ingress: string;
  readonly finding: Finding;
}

/**
 * Puts canaries to the routes that they take their part of: those of the same match. `routes` are in the order of their precedence. Of several
 * canaries of one route the oldest has it, as in ingress-nginx.
 */
export function withCanaries(
  routes: readonly Route[],
  canaries: readonly CanaryRoute[],
  keyOf: (route: Route) => string,
): { readonly routes: readonly Route[]; readonly findings: readonly ToldFinding[] } {
  if (canaries.length === 0) return { routes, findings: [] };
  const mains = new Set(routes.map(keyOf));
  const taken = new Map<string, CanaryRoute>();
  const findings: ToldFinding[] = [];
  for (const one of canaries.toSorted((a, b) => (a.route.seniority < b.route.seniority ? -1 : 1))) {
    const key = keyOf(one.route);
    const { origin } = one.route;
    const elder = taken.get(key);
    if (!mains.has(key)) {
      if (!one.route.seniority.startsWith("~"))
        findings.push({ ingress: origin.name, finding: withoutMain(one.route) });
    } else if (elder === undefined) taken.set(key, one);
    else findings.push({ ingress: origin.name, finding: secondCanary(one.route, elder.route) });
  }
  return {
    routes: routes.flatMap((main) => {
      const canary = taken.get(keyOf(main));
      return canary === undefined ? main : rowsOf(main, canary);
    }),
    findings,
  };
}

/** In this order: header, cookie, weight. What says `never` needs a row only where something behind it would send to the canary. */
function rowsOf(main: Route, { route, canary }: CanaryRoute): readonly Route[] {
  if (route.to.kind !== "backends") return [main];
  const row = (id: string, match: Partial<RouteMatch>, to: Target): Route => ({
    ...main,
    id: `${main.id}${main.id.includes("?") ? "&" : "?"}${id}`,
    match: { ...main.match, ...match },
    to,
    origin: to === main.to ? main.origin : route.origin,
  });
  const header = headerMatches(canary);
  const cookie = (value: string): ValueMatch => ({ name: canary.cookie ?? "", kind: "exact", value });
  const last = { ...main, to: weighted(main.to, route.to, canary) };
  return [
    ...(header.always === undefined ? [] : [row("canary=header", { headers: [header.always] }, route.to)]),
    ...(header.never === undefined ? [] : [row("main=header", { headers: [header.never] }, main.to)]),
    ...(canary.cookie === undefined ? [] : [row("canary=cookie", { cookies: [cookie("always")] }, route.to)]),
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
