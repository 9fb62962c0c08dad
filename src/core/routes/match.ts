import { indexOf } from "./route-index.ts";
import type { RouteRequest } from "./route-request.ts";
import type { HostPattern, HostRoutes, Route, RouteSet, Target, WeightedBackend } from "./route-table.ts";

export type { RouteRequest } from "./route-request.ts";

/** The route that serves a request, by the precedence that `HostRoutes` describes; undefined: 404. */
export type FindRoute = (set: RouteSet, request: RouteRequest) => Route | undefined;

export const findRoute: FindRoute = (set, request) => {
  for (const pattern of hostPatterns(set, request.host)) {
    const host = set.hosts.get(pattern);
    const route = host && indexOf(host).find(request);
    if (route !== undefined) return route;
  }
  return undefined;
};

/** The host itself, `*.` and what is behind its first label (or any number of them), `*`. */
export function* hostPatterns({ wildcards }: Pick<RouteSet, "wildcards">, host: string): Generator<HostPattern> {
  yield host;
  let dot = host.startsWith("[") ? -1 : host.indexOf(".");
  for (; dot >= 0; dot = wildcards === "anyLabels" ? host.indexOf(".", dot + 1) : -1) yield `*${host.slice(dot)}`;
  yield "*";
}

/** Those of a set's hosts that a request may be served by, the narrowest first. */
export const hostsFor = (set: RouteSet, host: string): readonly HostRoutes[] =>
  [...hostPatterns(set, host)].flatMap((pattern) => set.hosts.get(pattern) ?? []);

/** Which backend a request is sent to; `random` gives 0 to below 1. */
export function chooseBackend(target: Extract<Target, { kind: "backends" }>, random: () => number): WeightedBackend {
  const total = target.backends.reduce((sum, { weight }) => sum + weight, 0);
  let left = target.backends.length === 1 ? 0 : random() * total;
  for (const backend of target.backends) {
    left -= backend.weight;
    if (left < 0) return backend;
  }
  // One backend alone, whatever its weight; and what rounding leaves over belongs to the last that has a weight.
  const last = target.backends.findLast(({ weight }) => weight > 0) ?? target.backends.at(-1);
  if (last === undefined) throw new RangeError("a target has no backends");
  return last;
}
