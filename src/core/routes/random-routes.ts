import type { RouteRequest } from "./match.ts";
import type { PathMatch, Route, RouteSet } from "./route-table.ts";

/** Choices by numbers from 0 to below 1. */
export class Chance {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }
  isSo(share: number): boolean {
    return this.#random() < share;
  }
  upTo(count: number): number {
    return Math.floor(this.#random() * count);
  }
  pick<T>(first: T, ...more: readonly T[]): T {
    return more[this.upTo(more.length + 1) - 1] ?? first;
  }
}

const segments = (chance: Chance): string =>
  Array.from({ length: chance.upTo(4) }, () => `/${chance.pick("a", "b", "ab", "A")}`).join("");

function randomPath(chance: Chance): PathMatch {
  const kind = chance.pick("exact" as const, "prefix" as const, "prefix" as const, "pattern" as const);
  if (kind === "pattern") return { kind, value: chance.pick("/a.*", "/[ab]+/b", "/a(/|$)(.*)", "/", "/ab$") };
  return { kind, value: kind === "exact" ? segments(chance) + chance.pick("", "/") || "/" : segments(chance) };
}

const hostNames = ["x.example", "y.example", "*.example", "*.x.example", "*"] as const;

/** Hosts and routes in any order, as no Ingress would have them. */
export function randomSet(chance: Chance): RouteSet {
  const hosts = hostNames.filter(() => chance.isSo(0.7));
  const values = (name: string) =>
    chance.isSo(0.15)
      ? [{ name, kind: chance.pick("exact" as const, "pattern" as const), value: chance.pick("1", "2") }]
      : [];
  const routesOf = (host: string): Route[] =>
    Array.from({ length: chance.upTo(9) }, (_, index) => ({
      id: `${host}#${index}`,
      host,
      match: {
        path: randomPath(chance),
        ...(chance.isSo(0.1) ? { method: "POST" } : {}),
        headers: values("h"),
        query: values("q"),
        cookies: values("c"),
      },
      seniority: "",
      filters: {},
      to: { kind: "answer", status: 200, because: "PodServes" },
      origin: { kind: "Ingress", name: "default/x", field: "spec" },
    }));
  return {
    id: "set",
    wildcards: chance.pick("oneLabel" as const, "anyLabels" as const),
    hosts: new Map(hosts.map((host) => [host, { host, routes: routesOf(host), shadowed: [] }])),
  };
}

export interface RandomRequest extends RouteRequest {
  readonly headers: Readonly<Record<string, string>>;
}

/** One that some routes of a random set may serve. */
export function randomRequest(chance: Chance): RandomRequest {
  const headers = { h: chance.pick("1", "2", "3"), cookie: `x=9; c=${chance.pick("1", "2", "3")}` };
  return {
    host: chance.pick("x.example", "y.example", "z.example", "a.x.example", "b.a.x.example", "example", "else"),
    method: chance.pick("GET", "POST"),
    path: segments(chance) + chance.pick("", "/") || "/",
    query: `q=${chance.pick("1", "2", "3")}`,
    headers,
    header: (name) => (name === "h" || name === "cookie" ? headers[name] : undefined),
  };
}
