import { createHash } from "node:crypto";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { Certificate, Listener, RouteTable } from "#core/routes/route-table.ts";
import { embeddedEngine } from "#daemons/ingress/embedded/engine.ts";
import { mustCidr } from "#net/cidr.ts";
import { createAuthority } from "#os/pki.ts";
import { freePort } from "../harness/cluster.ts";
import { echoing } from "../ingress/endpoints.ts";
import { servePlan } from "../ingress/planned-haproxy.ts";
import { allOf, backendOf, routeOf, tableOf } from "../ingress/table.ts";
import { type RawBackend, rawBackend } from "./raw-backend.ts";

export type EngineName = "haproxy" | "embedded";

/** `http` and `https` trust nobody; `proxied` takes PROXY headers from 127.0.0.2 alone; `trusting` believes 127.0.0.2. */
export type ListenerName = "http" | "https" | "proxied" | "trusting";

/**
 * An engine in front of an endpoint that answers with what it got, and under `/raw` of one that answers as its path says. Heads have
 * `headSeconds`, idle connections as long, and bodies twice that. `a.example` and `b.example` have certificates of their own.
 */
export interface HttpStage {
  readonly engine: EngineName;
  readonly portOf: (listener: ListenerName) => number;
  readonly raw: RawBackend;
}

export const headSeconds = 1;
export const bodySeconds = 2;

const listenerNames: readonly ListenerName[] = ["http", "https", "proxied", "trusting"];
const origin = { kind: "Secret" as const, name: "default/cert", field: "data" };
const [web, raw] = ["default/web:80", "default/raw:80"];

async function tableFor(
  ports: Readonly<Record<ListenerName, number>>,
  pods: readonly [number, number],
): Promise<RouteTable> {
  const validity = { from: Date.now() - 60_000, to: Date.now() + 86_400_000 };
  const authority = await createAuthority("test", validity);
  const certificateOf = async (host: string): Promise<Certificate> => {
    const { certificate, key } = await authority.forServer({ name: host }, [host], validity);
    const fingerprint = createHash("sha256").update(`${certificate}${key}`).digest("hex");
    return { secret: `default/${host}`, fingerprint, chain: certificate, key, origin };
  };
  const own = { port: 0, protocol: "HTTP", routes: "web", trusted: [], acceptsProxyHeader: false } as const;
  const listeners: Record<ListenerName, Listener> = {
    http: { ...own, id: "http" },
    https: { ...own, id: "https", protocol: "HTTPS" },
    proxied: { ...own, id: "proxied", acceptsProxyHeader: true, trusted: [mustCidr("127.0.0.2/32")] },
    trusting: { ...own, id: "trusting", trusted: [mustCidr("127.0.0.2/32")] },
  };
  const stripped = { rewrite: { path: { kind: "pattern", value: "/$1" } } } as const;
  return tableOf(
    [
      routeOf({ path: "/strip(.*)", kind: "pattern", to: web, filters: stripped }),
      routeOf({ path: "/raw", to: raw }),
      routeOf({ to: web }),
    ],
    [backendOf(web, [pods[0]]), backendOf(raw, [pods[1]])],
    {
      listeners: listenerNames.map((name) => ({ ...listeners[name], port: ports[name] })),
      certificates: {
        byHost: new Map([
          ["a.example", await certificateOf("a.example")],
          ["b.example", await certificateOf("b.example")],
        ]),
        fallback: await certificateOf("fallback.example"),
      },
    },
  );
}

/** The stage for one file's tests; `own` ends with them. */
export async function openStage(engine: EngineName, own: AsyncDisposableStack): Promise<HttpStage> {
  const pod = await echoing("web");
  own.defer(() => pod.close());
  const backend = own.use(await rawBackend());
  const ports = { http: 0, https: 0, proxied: 0, trusting: 0 };
  for (const name of listenerNames) ports[name] = await freePort();
  const table = await tableFor(ports, [pod.port, backend.port]);
  if (engine === "embedded") {
    const limits = { headSeconds, idleSeconds: headSeconds, bodySeconds };
    const engineInside = embeddedEngine({ placeOf: ({ port }) => ({ port, host: "127.0.0.1" }), limits });
    own.defer(() => engineInside.stop({ drainSeconds: 0 }));
    await engineInside.serve(table, allOf(table));
  } else {
    own.use(await servePlan(table, {}, hurried));
  }
  return { engine, portOf: (listener) => ports[listener], raw: backend };
}

/** The engine's plan with its times shortened. */
const hurried: typeof planHaproxy = (...of) => {
  const plan = planHaproxy(...of);
  const [heads, bodies] = [{ "http-request": headSeconds, "http-keep-alive": headSeconds }, { client: bodySeconds }];
  // A body that doesn't go on is the endpoint's time to HAProxy, which waits for an answer meanwhile.
  const times = { ...heads, ...bodies, server: bodySeconds, "client-fin": 1 };
  const config = Object.entries(times).reduce((text, [name, seconds]) => {
    const line = new RegExp(`(?<=^\\s*timeout ${name} )\\d+s$`, "m");
    if (!line.test(text)) throw new Error(`the configuration has no timeout ${name}`);
    return text.replace(line, `${seconds}s`);
  }, plan.config);
  return { ...plan, config };
};
