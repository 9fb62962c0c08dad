import { defaultBackendSettings } from "#core/routes/default-settings.ts";
import type {
  Backend,
  BackendSettings,
  Certificate,
  HostRoutes,
  RouteTable,
  TableChange,
} from "#core/routes/route-table.ts";
import { mustIp } from "#net/ip.ts";

/** What a test asks for, of which each host is an Ingress of its own. */
export interface Wish {
  readonly ports: { readonly http: number; readonly https: number };
  /** Loopback ports of the endpoints by host. */
  readonly hosts: Readonly<Record<string, readonly number[]>>;
  /** Paths by host, where not `/`. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly certificates?: readonly Certificate[];
  /** The timeout of endpoints, in seconds: something that only a configuration can say. */
  readonly readSeconds?: number;
  /** Clients keep their endpoint by a cookie. */
  readonly sticky?: boolean;
}

export const everything: TableChange = { backends: new Set(), hosts: new Set(), others: true };

export function tableOf({
  ports,
  hosts,
  paths = {},
  certificates = [],
  readSeconds = 60,
  sticky = false,
}: Wish): RouteTable {
  const shared = { routes: "ingress", trusted: [], acceptsProxyHeader: false };
  const all = Object.entries(hosts);
  const routes = all.map(([host]): [string, HostRoutes] => [host, routesOf(host, paths[host] ?? "")]);
  return {
    listeners: [
      { id: "http", port: ports.http, protocol: "HTTP", ...shared },
      { id: "https", port: ports.https, protocol: "HTTPS", ...shared },
    ],
    routeSets: new Map([["ingress", { id: "ingress", wildcards: "oneLabel", hosts: new Map(routes) }]]),
    backends: new Map(all.map(([host, members]) => [host, backendOf(host, members, settingsOf(readSeconds, sticky))])),
    certificates: { byHost: new Map(certificates.map((one) => [one.origin.field, one])), fallback: undefined },
    passthroughs: new Map(),
    streams: [],
  };
}

const originOf = (host: string, field: string) => ({ kind: "Ingress" as const, name: `default/${host}`, field });

const routesOf = (host: string, path: string): HostRoutes => ({
  host,
  routes: [
    {
      id: `default/${host}#spec.rules[0]`,
      host,
      match: { path: { kind: "prefix", value: path }, headers: [], query: [], cookies: [] },
      seniority: host,
      filters: {},
      to: { kind: "backends", backends: [{ backend: host, weight: 1 }] },
      origin: originOf(host, "spec.rules[0]"),
    },
  ],
  shadowed: [],
});

const settingsOf = (readSeconds: number | undefined, sticky: boolean): BackendSettings => ({
  ...defaultBackendSettings,
  ...(readSeconds !== undefined && { timeouts: { ...defaultBackendSettings.timeouts, read: readSeconds } }),
  ...(sticky && { stickiness: { name: "sticks", path: "/", secure: false, changesOnFailure: true } }),
});

const backendOf = (host: string, ports: readonly number[], settings: BackendSettings): Backend => ({
  id: host,
  service: `default/${host}`,
  port: 80,
  pool: {
    scope: "cluster",
    members: ports.map((port) => ({
      ...{ ip: mustIp("127.0.0.1"), port, nodeName: undefined, pod: undefined },
      condition: "ready",
    })),
    leftOut: [],
  },
  settings,
});

/** `host` stands in `origin.field`, too, for `tableOf`. */
export const certificateOf = (
  host: string,
  fingerprint: string,
  pair: { readonly certificate: string; readonly key: string },
): Certificate => ({
  secret: `default/${host}`,
  fingerprint,
  chain: pair.certificate,
  key: pair.key,
  origin: originOf(host, host),
});
