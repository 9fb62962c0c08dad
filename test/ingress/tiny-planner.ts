import { certificateListName } from "#core/routes/haproxy/files.ts";
import {
  type HaproxyChange,
  type HaproxyPlan,
  type HaproxyServer,
  type HaproxyStep,
  type PlanHaproxy,
  SELF_SIGNED,
} from "#core/routes/haproxy/plan.ts";
import type { Backend, RouteTable } from "#core/routes/route-table.ts";
import type { Planner } from "#daemons/ingress/haproxy/engine.ts";

/**
 * The least that the hands can be tried with: a section a backend, hosts by a map, endpoints and certificates at run time. A route whose path has
 * `BROKEN` in it spoils the configuration, as a mistake in the real printer would.
 */
const plan: PlanHaproxy = (table, places) => {
  const backends = [...table.backends.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const sections = new Map(backends.map(({ id }, index) => [id, `b${index}`]));
  const hosts = [...table.routeSets.values()].flatMap((set) => [...set.hosts.values()]);
  const routes = hosts.flatMap((host) => host.routes);
  const section = (host: (typeof hosts)[number]): string => {
    const [to] = host.routes.map((route) => route.to);
    return (to?.kind === "backends" && sections.get(to.backends[0]?.backend ?? "")) || "none";
  };
  const certificates = new Map(
    [...table.certificates.byHost].map(([host, one]) => [`${one.fingerprint}.pem`, { host, pem: one.chain + one.key }]),
  );
  const [http, https] = ["HTTP", "HTTPS"].map((protocol) => table.listeners.find((one) => one.protocol === protocol));
  const config = `global
  nbthread ${places.threads}
  stats socket ${places.runtimeSocket} mode 600 level admin expose-fd listeners
  hard-stop-after 60s
defaults
  mode http
  option idle-close-on-response
  option redispatch 1
  retries 3
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout tunnel 1h
frontend all
  bind 127.0.0.1:${http?.port}
  bind 127.0.0.1:${https?.port} ssl crt-list ${certificateListName}
${routes.some((route) => route.match.path.value.includes("BROKEN")) ? "  http-request nonsense\n" : ""}  use_backend %[req.hdr(host),field(1,:),lower,map(hosts.map,none)]
backend none
  http-request return status 404
${[...sections.values()].map((name) => `backend ${name}\n  balance roundrobin\n`).join("")}`;
  return {
    config,
    maps: new Map([["hosts.map", new Map(hosts.map((host) => [host.host, section(host)]))]]),
    servers: new Map(backends.map((backend) => [sections.get(backend.id) ?? "", serversOf(backend)])),
    certificates: new Map([...certificates].map(([file, { pem }]) => [file, pem])),
    certificateList: [
      { file: SELF_SIGNED, hosts: [] },
      ...[...certificates].map(([file, { host }]) => ({ file, hosts: [host] })),
    ],
    sections: new Map(),
    servedBy: new Map(),
    spares: 0,
    table,
  };
};

const serversOf = ({ pool }: Backend): readonly HaproxyServer[] =>
  pool.members.map(({ ip, port }) => ({
    name: `${ip.text}-${port}`,
    address: `${ip.text}:${port}`,
    weight: 100,
    hasCookie: false,
    options: [],
  }));

function changeOf(before: HaproxyPlan, next: HaproxyPlan): HaproxyChange {
  if (before.config !== next.config) return { kind: "reload", because: "Config" };
  const steps: HaproxyStep[] = [];
  const goes: HaproxyStep[] = [];
  for (const [section, servers] of next.servers) {
    const was = before.servers.get(section) ?? [];
    const fresh = servers.filter(({ name }) => !was.some((one) => one.name === name));
    const gone = was.filter(({ name }) => !servers.some((one) => one.name === name));
    steps.push(...fresh.map((server): HaproxyStep => ({ kind: "addServer", section, server })));
    goes.push(...gone.map((server): HaproxyStep => ({ kind: "retireServer", section, server })));
  }
  for (const { file, hosts } of next.certificateList) {
    const pem = next.certificates.get(file);
    if (pem !== undefined && !before.certificates.has(file)) steps.push({ kind: "addCertificate", file, pem, hosts });
  }
  for (const file of before.certificates.keys()) {
    if (!next.certificates.has(file)) goes.push({ kind: "removeCertificate", file });
  }
  for (const [map, lines] of next.maps) {
    const was = before.maps.get(map);
    if (JSON.stringify([...lines]) !== JSON.stringify([...(was ?? [])])) steps.push({ kind: "replaceMap", map, lines });
  }
  return { kind: "steps", steps: [...steps, ...goes] };
}

export const tinyPlanner: Planner = { plan, changeOf, usesDetours: () => false };

/** A table without anything in it. */
export const emptyTable = (ports: { readonly http: number; readonly https: number }): RouteTable => ({
  listeners: [
    { id: "http", port: ports.http, protocol: "HTTP", routes: "ingress", trusted: [], acceptsProxyHeader: false },
    { id: "https", port: ports.https, protocol: "HTTPS", routes: "ingress", trusted: [], acceptsProxyHeader: false },
  ],
  routeSets: new Map([["ingress", { id: "ingress", wildcards: "oneLabel", hosts: new Map() }]]),
  backends: new Map(),
  certificates: { byHost: new Map(), fallback: undefined },
  passthroughs: new Map(),
  streams: [],
});
