import type { AddressInfo, Server } from "node:net";
import type { RouteFilters } from "#core/routes/route-filters.ts";
import type {
  Backend,
  BackendSettings,
  Listener,
  Route,
  RouteMatch,
  RouteTable,
  TableChange,
  Target,
} from "#core/routes/route-table.ts";
import { mustIp } from "#net/ip.ts";

const origin = { kind: "Ingress" as const, name: "default/web", field: "spec.rules[0]" };

const settings: BackendSettings = {
  protocol: "http",
  balance: { kind: "roundRobin" },
  timeouts: { connect: 5, send: 60, read: 60 },
  connectRetries: 2,
};

/** A backend of endpoints on this machine's loopback address, by their ports. */
export function backendOf(id: string, ports: readonly number[], more: Partial<BackendSettings> = {}): Backend {
  const members = ports.map((port) => ({
    ip: mustIp("127.0.0.1"),
    port,
    nodeName: undefined,
    pod: undefined,
    condition: "ready" as const,
  }));
  const [service = "default/web", port = "80"] = id.split(":");
  return {
    id,
    service,
    port: Number(port),
    pool: { scope: "cluster", members, leftOut: [] },
    settings: { ...settings, ...more },
  };
}

/** What a route of a test says beside where it leads. */
export interface RouteDraft {
  readonly host?: string;
  readonly path?: string;
  readonly kind?: RouteMatch["path"]["kind"];
  readonly filters?: RouteFilters;
  readonly to: string | Target;
}

/** `/shop` on any host, unless the draft says otherwise. */
export function routeOf({ host = "*", path = "", kind = "prefix", filters = {}, to }: RouteDraft): Route {
  return {
    id: `default/web#${host}${path}`,
    host,
    match: { path: { kind, value: path }, headers: [], query: [], cookies: [] },
    seniority: "",
    filters,
    to: typeof to === "string" ? { kind: "backends", backends: [{ backend: to, weight: 1 }] } : to,
    origin,
  };
}

/** A table of one plain listener, `http`, whose routes are in the order of their precedence. */
export function tableOf(
  routes: readonly Route[],
  backends: readonly Backend[],
  more: Partial<RouteTable> = {},
): RouteTable {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  const set = {
    id: "web",
    wildcards: "oneLabel" as const,
    hosts: new Map(
      hosts.map((host) => [host, { host, routes: routes.filter((one) => one.host === host), shadowed: [] }]),
    ),
  };
  return {
    listeners: [httpListener],
    routeSets: new Map([["web", set]]),
    backends: new Map(backends.map((backend) => [backend.id, backend])),
    certificates: { byHost: new Map(), fallback: undefined },
    passthroughs: new Map(),
    streams: [],
    ...more,
  };
}

export const httpListener: Listener = {
  id: "http",
  port: 80,
  protocol: "HTTP",
  routes: "web",
  trusted: [],
  acceptsProxyHeader: false,
};

/** As if everything were new. */
export const allOf = (table: RouteTable): TableChange => ({
  backends: new Set(table.backends.keys()),
  hosts: new Set([...table.routeSets.values()].flatMap(({ hosts }) => [...hosts.keys()])),
  others: true,
});

/** The port that a server of a test was given. */
export function portOf(server: Pick<Server, "address">): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server is bound to no port");
  return address.port;
}
