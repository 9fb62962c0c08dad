import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { seeded } from "../../../../test/harness/seeded.ts";
import { defaultBackendSettings } from "../default-settings.ts";
import { Chance } from "../random-routes.ts";
import type { Backend, Certificate, Route, RouteTable, Target } from "../route-table.ts";
import { change } from "./change.ts";
import { planHaproxy } from "./make-plan.ts";
import type { HaproxyPlaces, HaproxyPlan, HaproxyStep } from "./plan.ts";

const places: HaproxyPlaces = {
  ...{ folder: "/f", runtimeSocket: "/f/r.sock", detours: new Map([["http", "/f/d.sock"]]), threads: 1 },
  ...{ addresses: ["127.0.0.1"], accessLog: "stdout" },
};
const origin = { kind: "Ingress", name: "default/x", field: "spec" } as const;

/** A small cluster: hosts, paths, endpoints, weights and certificates by chance. */
function randomTable(chance: Chance, size: number): RouteTable {
  const backends = new Map<string, Backend>();
  for (let number = 0; number < size; number++)
    if (chance.isSo(0.8)) backends.set(`b${number}`, randomBackend(chance, number));
  const ids = [...backends.keys()];
  const backend = () => ids[chance.upTo(ids.length)] ?? "none";
  const target = () => randomTarget(chance, backend);
  const route = (host: string, number: number): Route => ({
    id: `${host}/${number}`,
    host,
    match: {
      path: chance.pick(
        { kind: "prefix", value: `/p${number}` },
        { kind: "exact", value: `/e${number}` },
        { kind: "pattern", value: `/r${number}.*` },
      ),
      ...{ headers: [], query: [], cookies: [] },
    },
    ...{
      seniority: "",
      filters: chance.pick({}, { maxBodyBytes: 100 }, { httpsRedirect: { status: 308 } }),
      to: target(),
      origin,
    },
  });
  const hosts = Array.from({ length: size }, (_, number) => `h${number}.example`).filter(() => chance.isSo(0.8));
  const certificates = randomCertificates(chance, hosts);
  const rank = ({ match }: Route) => ["exact", "pattern", "prefix"].indexOf(match.path.kind);
  const routesOf = (host: string) =>
    Array.from({ length: 1 + chance.upTo(4) }, (_, number) => route(host, number)).toSorted(
      (a, b) => rank(a) - rank(b),
    );
  return {
    listeners: [{ id: "http", port: 80, protocol: "HTTP", routes: "all", trusted: [], acceptsProxyHeader: false }],
    routeSets: new Map([
      [
        "all",
        {
          id: "all",
          wildcards: "oneLabel",
          hosts: new Map(hosts.map((host) => [host, { host, routes: routesOf(host), shadowed: [] }])),
        },
      ],
    ]),
    backends,
    certificates: { byHost: certificates, fallback: undefined },
    ...{ passthroughs: new Map(), streams: [] },
  };
}

function randomCertificates(chance: Chance, hosts: readonly string[]): ReadonlyMap<string, Certificate> {
  const certificates = new Map<string, Certificate>();
  for (const host of hosts) {
    const fingerprint = `f${chance.upTo(12)}`;
    if (chance.isSo(0.5))
      certificates.set(host, { secret: "default/s", fingerprint, chain: `C ${fingerprint}`, key: "K", origin });
  }
  return certificates;
}

const randomTarget = (chance: Chance, backend: () => string): Target =>
  chance.pick<Target>(
    { kind: "backends", backends: [{ backend: backend(), weight: 1 }] },
    {
      kind: "backends",
      backends: [
        { backend: backend(), weight: chance.upTo(5) },
        { backend: backend(), weight: 3 },
      ],
    },
    { kind: "redirect", status: 302, to: { kind: "location", location: `https://x.example/${chance.upTo(9)}` } },
    { kind: "answer", status: 503, because: "NoEndpoints" },
  );

function randomBackend(chance: Chance, number: number): Backend {
  const members = Array.from({ length: chance.upTo(4) }, () => ({
    ...{
      ip: mustIp(`10.${number >> 8}.${number & 255}.${chance.upTo(5)}`),
      port: 80,
      nodeName: undefined,
      pod: undefined,
    },
    condition: "ready" as const,
  }));
  const unique = members.filter((one, place) => members.findIndex(({ ip }) => ip.text === one.ip.text) === place);
  return {
    ...{ id: `b${number}`, service: "default/s", port: 80, settings: defaultBackendSettings },
    pool: { scope: "cluster", members: unique, leftOut: [] },
  };
}

/** What a HAProxy is after steps, as far as they can change it; throws where one can't be done. */
class Running {
  readonly maps = new Map<string, Map<string, string>>();
  readonly servers = new Map<string, Set<string>>();
  readonly certificates = new Map<string, string>();

  constructor({ maps, servers, certificateList }: HaproxyPlan) {
    for (const [map, lines] of maps) this.maps.set(map, new Map(lines));
    for (const [section, all] of servers) this.servers.set(section, new Set(all.map(({ name }) => name)));
    for (const { file, hosts } of certificateList) this.certificates.set(file, hosts.join(" "));
  }

  take(step: HaproxyStep): void {
    switch (step.kind) {
      case "addMap":
      case "setMap":
        assert.equal(this.#map(step.map).has(step.key), step.kind === "setMap", step.key);
        this.#map(step.map).set(step.key, step.value);
        break;
      case "deleteMap":
        assert.ok(this.#map(step.map).delete(step.key));
        break;
      case "replaceMap":
        this.maps.set(step.map, new Map(step.lines));
        break;
      case "addServer":
        assert.ok(!this.#section(step.section).has(step.server.name));
        this.#section(step.section).add(step.server.name);
        break;
      case "retireServer":
        assert.ok(this.#section(step.section).delete(step.server.name));
        break;
      case "setWeight":
        assert.ok(this.#section(step.section).has(step.server.name));
        break;
      case "addCertificate":
        assert.ok(!this.certificates.has(step.file));
        this.certificates.set(step.file, step.hosts.join(" "));
        break;
      case "removeCertificate":
        assert.ok(this.certificates.delete(step.file));
        break;
    }
  }

  /** Whether every destination leads to a section, and every weight to one too. */
  isWhole(): boolean {
    const weights = this.#map("weights.map");
    const leads = (to: string): boolean => {
      const [kind, where = "", , , route] = to.split("|");
      if (kind !== "w") return true;
      return Array.from({ length: Number(where) }).every((_, number) => weights.has(`${route}#${number}`));
    };
    return [...this.maps].every(
      ([map, lines]) => !/plain|exact|prefixes|patterns/.test(map) || [...lines.values()].every(leads),
    );
  }

  shows(host: string): boolean {
    return [...this.certificates.values()].some((hosts) => hosts.split(" ").includes(host));
  }

  #map(name: string): Map<string, string> {
    const map = this.maps.get(name);
    if (map === undefined) throw new RangeError(`no map ${name}`);
    return map;
  }

  #section(name: string): Set<string> {
    const known = this.servers.get(name);
    if (known !== undefined) return known;
    const made = new Set<string>();
    this.servers.set(name, made);
    return made;
  }
}

const state = ({ maps, servers, certificates }: Running) => ({
  maps: Object.fromEntries(
    [...maps].map(([name, lines]) => [name, name.includes("patterns") ? [...lines] : [...lines].toSorted()]),
  ),
  servers: Object.fromEntries(
    [...servers]
      .filter(([, all]) => all.size > 0)
      .map(([section, all]) => [section, [...all].toSorted()])
      .toSorted(),
  ),
  certificates: Object.fromEntries(certificates),
});

test("of 400 random changes none needs a reload, steps lead from the old to the new, and never through a hole", () => {
  const chance = new Chance(seeded(8));
  let plan = planHaproxy(randomTable(chance, 12), places);
  let steps = 0;
  for (let round = 0; round < 400; round++) {
    const next = planHaproxy(randomTable(chance, 12), places, plan);
    const changed = change(plan, next);
    if (changed.kind === "reload") throw new Error(changed.because);
    const running = new Running(plan);
    const certified = [...next.table.certificates.byHost.keys()].filter((host) =>
      plan.table.certificates.byHost.has(host),
    );
    for (const step of changed.steps) {
      running.take(step);
      assert.ok(running.isWhole());
      for (const host of certified) assert.ok(running.shows(host), host);
    }
    assert.deepEqual(state(running), state(new Running(next)));
    assert.deepEqual(change(next, planHaproxy(next.table, places, next)), { kind: "steps", steps: [] });
    steps += changed.steps.length;
    plan = next;
  }
  assert.ok(steps > 10_000, `${steps} steps`);
});

test("what served keeps its section, and endpoints alone are planned alone", () => {
  const before = planHaproxy(randomTable(new Chance(seeded(3)), 12), places);
  const [id, backend] = [...before.table.backends].find(([one]) => before.servedBy.has(one)) ?? [];
  if (id === undefined || backend === undefined) throw new Error("nothing serves");
  const more = {
    ...backend,
    pool: { ...backend.pool, members: randomBackend(new Chance(seeded(9)), 200).pool.members },
  };
  const table = { ...before.table, backends: new Map(before.table.backends).set(id, more) };
  const alone = planHaproxy(table, places, before, { backends: new Set([id]), hosts: new Set(), others: false });
  const whole = planHaproxy(table, places, before);
  assert.equal(alone.config, whole.config);
  assert.equal(alone.maps, before.maps);
  assert.deepEqual(alone.sections, whole.sections);
  assert.deepEqual(change(before, alone), change(before, whole));
});

test("sections for more backends than stand ready are twofold, and cost a reload", () => {
  const few = planHaproxy(randomTable(new Chance(seeded(1)), 40), places);
  const many = planHaproxy(randomTable(new Chance(seeded(1)), 400), places, few);
  assert.deepEqual([few.spares, change(few, many)], [64, { kind: "reload", because: "more sections for backends" }]);
  assert.ok(many.spares > many.sections.size);
});
