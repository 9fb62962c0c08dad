import { X509Certificate } from "node:crypto";
import type { RequestText } from "#core/routes/route-filters.ts";
import type { Backend, BackendId, Route, RouteSet, RouteTable, TableChange } from "#core/routes/route-table.ts";
import type { Endpoint } from "#core/services/service-map.ts";
import type { Engine } from "#daemons/ingress/engine.ts";
import { mustIp } from "#net/ip.ts";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { type EchoPod, startEchoPod } from "./echo-pod.ts";
import { type Answer, headerOf, type Judge, type Seen } from "./judge.ts";
import type { Ask } from "./scenario.ts";
import { tableOf } from "./scenario-table.ts";
import type { ScenarioPod, ScenarioWorld } from "./scenario-world.ts";
import { jsonOf, type Reply, send } from "./wire-client.ts";

export interface WirePorts {
  readonly http: number;
  readonly https: number;
}

const loopback = mustIp("127.0.0.1");

/** An engine on loopback, with pods that listen there and say what they have seen. Scenarios follow each other on one engine. */
export class WireJudge implements Judge {
  readonly name: Judge["name"];
  readonly #engine: Engine;
  readonly #ports: WirePorts;
  readonly #pair: KeyPair;
  /** By address and port. */
  #pods = new Map<string, EchoPod>();
  /** Those of the scenario before among them, until it is served no more. */
  readonly #running = new Set<EchoPod>();
  /** An interrupted run asks for further scenarios while it ends. */
  #hasEnded = false;
  #table: RouteTable | undefined;
  #world: ScenarioWorld | undefined;

  private constructor(
    name: Judge["name"],
    engine: Engine,
    served: { readonly ports: WirePorts; readonly pair: KeyPair },
  ) {
    this.name = name;
    this.#engine = engine;
    this.#ports = served.ports;
    this.#pair = served.pair;
  }

  static async start(name: Judge["name"], engine: Engine, ports: WirePorts): Promise<WireJudge> {
    const validity = { from: Date.now() - 60_000, to: Date.now() + 86_400_000 };
    const authority = await createAuthority("pods", validity);
    return new WireJudge(name, engine, { ports, pair: await authority.forServer({ name: "pod" }, ["pod"], validity) });
  }

  async serve(world: ScenarioWorld): Promise<void> {
    if (this.#hasEnded) throw new Error("the engine has been stopped");
    const before = this.#table;
    this.#pods = new Map();
    this.#world = world;
    const { table } = tableOf(world, this.#ports);
    for (const { pool } of table.backends.values())
      for (const endpoint of pool.members) await this.#start(endpoint, world);
    for (const pod of world.pods) {
      for (const port of pod.ports.values()) await this.#start({ ip: { text: pod.ip }, port }, world);
    }
    this.#table = this.#translated(table);
    await this.#engine.serve(this.#table, changeBetween(before, this.#table));
    const current = new Set(this.#pods.values());
    await this.#close((pod) => !current.has(pod));
  }

  async #close(isGone: (pod: EchoPod) => boolean): Promise<void> {
    const gone = [...this.#running].filter(isGone);
    for (const pod of gone) this.#running.delete(pod);
    await Promise.all(gone.map((pod) => pod[Symbol.asyncDispose]()));
  }

  async #start(
    { ip, port }: { readonly ip: { readonly text: string }; readonly port: number },
    world: ScenarioWorld,
  ): Promise<void> {
    const key = `${ip.text}:${port}`;
    const pod = podAt(ip.text, world);
    if (pod === undefined || this.#pods.has(key)) return;
    const started = await startEchoPod(pod, port, this.#pair);
    this.#running.add(started);
    this.#pods.set(key, started);
  }

  /** The table with the addresses where the pods really listen. */
  #translated(table: RouteTable): RouteTable {
    const moved = (endpoint: Endpoint): Endpoint => {
      const port = this.#pods.get(`${endpoint.ip.text}:${endpoint.port}`)?.port;
      return port === undefined ? endpoint : { ...endpoint, ip: loopback, port };
    };
    const backends = [...table.backends].map(([id, backend]): [BackendId, Backend] => [
      id,
      { ...backend, pool: { ...backend.pool, members: backend.pool.members.map(moved) } },
    ]);
    const routeSets = [...table.routeSets].map(([id, set]): [string, RouteSet] => [
      id,
      {
        ...set,
        hosts: new Map(
          [...set.hosts].map(([host, one]) => [
            host,
            { ...one, routes: one.routes.map((route) => this.#withAuth(route)) },
          ]),
        ),
      },
    ]);
    return { ...table, backends: new Map(backends), routeSets: new Map(routeSets) };
  }

  /** No name server knows the Service that is asked whether requests may pass. */
  #withAuth(route: Route): Route {
    const { externalAuth } = route.filters;
    if (externalAuth === undefined) return route;
    const url: RequestText = externalAuth.url.map((part) =>
      part.kind === "text"
        ? { ...part, value: part.value.replace(/^http:\/\/[a-z0-9.-]+/, (at) => this.#addressOf(at)) }
        : part,
    );
    return { ...route, filters: { ...route.filters, externalAuth: { ...externalAuth, url } } };
  }

  #addressOf(origin: string): string {
    const [service, namespace] = origin.replace("http://", "").split(".");
    const pod = this.#world?.pods.find((one) => one.service === service && one.namespace === namespace);
    const port = [...(pod?.ports.values() ?? [])][0];
    const listens = this.#pods.get(`${pod?.ip}:${port}`);
    return listens === undefined ? origin : `http://127.0.0.1:${listens.port}`;
  }

  async ask(ask: Ask): Promise<Answer> {
    const reply = await send(ask, this.#ports[ask.scheme]);
    const { status, headers, certificate } = reply;
    return {
      status,
      headers: headers.map(({ name, value }) => ({ name, value: name === "location" ? this.#asUsual(value) : value })),
      seen: seenIn(reply),
      certificate: certificate === undefined ? undefined : this.#secretOf(certificate),
    };
  }

  /** A URL as it were if the listeners stood at the usual ports. */
  #asUsual(url: string): string {
    const { http, https } = this.#ports;
    return url.replace(new RegExp(`^(https?://[^/]*):(?:${http}|${https})(?=/|$)`), "$1");
  }

  #secretOf(shown: X509Certificate): string {
    const all = [...(this.#world?.certificates ?? []), ["pod", this.#pair] as const];
    const same = all.find(
      ([, { certificate }]) => new X509Certificate(certificate).fingerprint256 === shown.fingerprint256,
    );
    return same?.[0] ?? "default";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    await this.#engine.stop({ drainSeconds: 0 });
    await this.#close(() => true);
  }
}

/** The pod of an address; any pod of the Service of a cluster IP. */
function podAt(ip: string, world: ScenarioWorld): ScenarioPod | undefined {
  const [service] = [...world.services].find(([, { spec }]) => spec.clusterIP === ip) ?? [];
  return world.pods.find((one) => one.ip === ip || `${one.namespace}/${one.service}` === service);
}

/** Everything that was there and everything that is. */
function changeBetween(before: RouteTable | undefined, after: RouteTable): TableChange {
  const tables = before === undefined ? [after] : [before, after];
  return {
    backends: new Set(tables.flatMap(({ backends }) => [...backends.keys()])),
    hosts: new Set(
      tables.flatMap(({ routeSets }) => [...routeSets.values()].flatMap(({ hosts }) => [...hosts.keys()])),
    ),
    others: true,
  };
}

/** What a pod has put into its answer: the body, or the header where there is none. */
function seenIn({ body, headers }: Reply): Seen | undefined {
  const encoded = headerOf(headers, "x-seen");
  const json = jsonOf(body) ?? (encoded === undefined ? undefined : jsonOf(Buffer.from(encoded, "base64").toString()));
  if (json === undefined) return undefined;
  const text = (name: string): string => `${json[name] ?? ""}`;
  const own = Object.entries(Object(json.headers)).map(([name, value]) => [name, `${value}`]);
  return {
    namespace: text("namespace"),
    service: text("service"),
    pod: text("pod"),
    port: Number(json.port),
    method: text("method"),
    target: text("target"),
    headers: Object.fromEntries(own),
    body: text("body"),
  };
}
