import type { RouteFilters } from "../route-filters.ts";
import type { BackendId, PathMatch, Route } from "../route-table.ts";
import { isUnprintable } from "./config.ts";

/**
 * What the lookups give for a request, as fields between bars:
 * - kind: `s` to a section, `r` to one unless it has to be asked by TLS, `w` to a section by weight, `d` to the embedded engine, `g` a group that decides, `l302` sent elsewhere, `a503` answered;
 * - of `s`, `r`, `l` and `a` the section, of `w` the sum of its weights, which are in the map `weights` by `route#number`;
 * - the status with which requests without TLS are sent to https;
 * - the longest body, in bytes;
 * - the route, and the number that it is counted by;
 * - of `l` where to, of `a` the body, of `g` the group.
 */
export interface Destination {
  readonly kind: string;
  readonly to?: string;
  readonly httpsRedirect?: number;
  readonly maxBodyBytes?: number;
  readonly route: string;
  readonly number: number;
  readonly text?: string;
}

export function printDestination(destination: Destination): string {
  const { kind, to, httpsRedirect, maxBodyBytes, route, number, text = "" } = destination;
  return [kind, to, httpsRedirect, maxBodyBytes, route, number, isUnprintable(text) ? "" : text].join("|");
}

/** The section that answers by itself. */
export const ANSWERS = "answers";

/** The section that a route's requests for one of its backends need: one of their own where the route does something with them. */
export interface SectionNeed {
  /** Equal for what one section can serve. */
  readonly key: string;
  readonly backend: BackendId;
  /** What is done there; absent: nothing. */
  readonly route?: Route;
}

export type Way =
  | { readonly kind: "detour" }
  | { readonly kind: "redirect" | "answer"; readonly status: number; readonly text: string }
  | { readonly kind: "sections"; readonly needs: readonly { readonly need: SectionNeed; readonly weight: number }[] };

/** How HAProxy serves a route. `detour`: not at all, the embedded engine does. */
export function wayOf(route: Route): Way {
  const { filters, to } = route;
  if (needsDetour(route)) return { kind: "detour" };
  if (hasOwnRules(filters) && to.kind !== "backends") return { kind: "detour" };
  switch (to.kind) {
    case "answer":
      return { kind: "answer", status: to.status, text: to.body ?? `${to.status}: ${to.because}` };
    case "redirect":
      return to.to.kind === "location"
        ? { kind: "redirect", status: to.status, text: asUri(to.to.location) }
        : { kind: "detour" };
    case "backends": {
      const weighted = to.backends.filter(({ weight }) => weight > 0);
      const chosen = weighted.length === 0 ? to.backends.slice(0, 1) : weighted;
      return {
        kind: "sections",
        needs: chosen.map(({ backend, weight }) => ({ need: needOf(route, backend), weight })),
      };
    }
  }
}

/** What can't stand in a URI, percent-encoded; what is encoded already stays. */
const asUri = (text: string): string => encodeURI(text.toWellFormed()).replaceAll("%25", "%");

/** Also where a value can't stand in a configuration: who reads objects refuses such ones, and none must keep all others from being served. */
function needsDetour({ filters }: Route): boolean {
  if (hasOwnRules(filters) && CONTROL_IN_JSON.test(JSON.stringify(filters, withoutBigInts))) return true;
  return filters.basicAuth !== undefined || filters.externalAuth !== undefined || filters.errorPages !== undefined;
}

/** Whether there is more to do than maps can say. */
function hasOwnRules(filters: RouteFilters): boolean {
  const { httpsRedirect, maxBodyBytes, ...others } = filters;
  return Object.values(others).some((filter) => filter !== undefined);
}

function needOf(route: Route, backend: BackendId): SectionNeed {
  if (!hasOwnRules(route.filters)) return { key: backend, backend };
  const path: PathMatch | undefined = route.filters.rewrite?.path === undefined ? undefined : route.match.path;
  // What one client may ask of a route it may ask of that route alone.
  const of = route.filters.rateLimit === undefined ? undefined : route.id;
  return { key: `${backend} ${JSON.stringify([route.filters, path, of], withoutBigInts)}`, backend, route };
}

const CONTROL_IN_JSON = /(?<!\\)(?:\\\\)*\\(?:[bfnrt]|u[0-9a-f])|[\x7f-\x9f\u2028\u2029]/;

const withoutBigInts = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);

/** Weights of the same proportions whose sum is at most `most`, none 0. */
export function reduced(weights: readonly number[], most: number): readonly number[] {
  const divisor = weights.reduce(greatestCommonDivisor);
  const whole = weights.map((weight) => weight / divisor);
  const sum = whole.reduce((total, weight) => total + weight, 0);
  return sum <= most ? whole : whole.map((weight) => Math.max(1, Math.round((weight * most) / sum)));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
