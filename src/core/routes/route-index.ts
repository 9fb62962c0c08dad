import { fitsBesidePath, fitsPath } from "./request-match.ts";
import type { RouteRequest } from "./route-request.ts";
import type { HostRoutes, Route } from "./route-table.ts";

/** A route and its place in the order of precedence. */
interface Placed {
  readonly place: number;
  readonly route: Route;
}

/** The routes of one host, to be found without looking at each. */
class RouteIndex {
  readonly #exact = new Map<string, Placed[]>();
  readonly #prefixes = new Map<string, Placed[]>();
  readonly #patterns: Placed[] = [];
  #longestPrefix = 0;

  constructor({ routes }: HostRoutes) {
    for (const [place, route] of routes.entries()) {
      const { kind, value } = route.match.path;
      if (kind === "pattern") this.#patterns.push({ place, route });
      else add(kind === "exact" ? this.#exact : this.#prefixes, value, { place, route });
      if (kind === "prefix") this.#longestPrefix = Math.max(this.#longestPrefix, value.length);
    }
  }

  /** The first in the order that fits. */
  find(request: RouteRequest): Route | undefined {
    let best = earliest(this.#exact.get(request.path), request, undefined);
    for (const prefix of this.#prefixesOf(request.path)) best = earliest(this.#prefixes.get(prefix), request, best);
    for (const placed of this.#patterns) {
      if (best !== undefined && placed.place > best.place) break;
      if (fitsPath(placed.route.match.path, request.path) && fitsBesidePath(placed.route, request)) return placed.route;
    }
    return best?.route;
  }

  /** The path and all that it goes through, none longer than the longest prefix that there is: a path may have thousands of slashes. */
  *#prefixesOf(path: string): Generator<string> {
    if (path.length <= this.#longestPrefix) yield path;
    let cut = path.lastIndexOf("/", this.#longestPrefix);
    for (; cut > 0; cut = path.lastIndexOf("/", cut - 1)) yield path.slice(0, cut);
    yield "";
  }
}

function earliest(
  among: readonly Placed[] | undefined,
  request: RouteRequest,
  best: Placed | undefined,
): Placed | undefined {
  for (const placed of among ?? []) {
    if (best !== undefined && placed.place > best.place) return best;
    if (fitsBesidePath(placed.route, request)) return placed;
  }
  return best;
}

function add(to: Map<string, Placed[]>, key: string, placed: Placed): void {
  const known = to.get(key);
  if (known === undefined) to.set(key, [placed]);
  else known.push(placed);
}

const indexes = new WeakMap<HostRoutes, RouteIndex>();

/** Made at the first request, and kept as long as the routes are. */
export function indexOf(host: HostRoutes): RouteIndex {
  const known = indexes.get(host);
  if (known !== undefined) return known;
  const made = new RouteIndex(host);
  indexes.set(host, made);
  return made;
}
