import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Backend, RouteTable, TableChange } from "#core/routes/route-table.ts";
import { selfSigned } from "#daemons/ingress/self-signed.ts";
import { eventually } from "../harness/eventually.ts";
import { type EngineName, engineOf } from "./controlled.ts";
import { get, serialShown, webSocketTo } from "./conversations.ts";
import { startLoad } from "./load.ts";
import { dripBytes, type Endpoint, endpoint, withoutHaproxy } from "./stage.ts";
import { allOf } from "./table.ts";
import { certificateOf, tableOf } from "./tables.ts";

/** `PORTOLAN_INGRESS_CHANGES` asks for more. */
const changes = Number(process.env.PORTOLAN_INGRESS_CHANGES ?? 500);
const perSecond = 1000;
/** An engine that is quicker waits for them. */
const requestsPerChange = 10;
/** One of so many changes is of a setting that only a configuration can say. */
const settingEvery = 50;

type Pair = Awaited<ReturnType<typeof selfSigned>>;

/** What is asked for by now. */
interface Wanted {
  /** The place of its endpoint by each host that comes, moves and goes. */
  readonly moving: Map<string, number>;
  made: number;
  /** Of 10, to the first endpoint. */
  weight: number;
  certificate: number;
  readSeconds: number;
}

/** The next change: a host comes, one moves, a weight, a certificate, the oldest host goes; now and then a setting. */
function change(wanted: Wanted, number: number): void {
  const [oldest] = wanted.moving.keys();
  if (number % settingEvery === settingEvery - 5) wanted.readSeconds += 1;
  else if (number % 5 === 1 && oldest !== undefined) wanted.moving.set(oldest, 1 - (wanted.moving.get(oldest) ?? 0));
  else if (number % 5 === 2) wanted.weight = 1 + (number % 9);
  else if (number % 5 === 3) wanted.certificate += 1;
  else if (number % 5 === 4 && oldest !== undefined && wanted.moving.size > 5) wanted.moving.delete(oldest);
  else wanted.moving.set(`h${wanted.made++}.example`, number % 2);
}

interface Scene {
  readonly ports: { readonly http: number; readonly https: number };
  readonly endpoints: readonly Endpoint[];
  readonly pairs: readonly Pair[];
}

function wantedTable(
  { moving, weight, certificate, readSeconds }: Wanted,
  { ports, endpoints, pairs }: Scene,
): RouteTable {
  const at = (place: number): readonly number[] => endpoints.slice(place, place + 1).map(({ port }) => port);
  const pair = pairs[certificate % pairs.length];
  const table = tableOf({
    ports,
    hosts: {
      ...{ "stays.example": at(0), "weighted.example": at(0), "own.example": at(1) },
      ...Object.fromEntries([...moving].map(([host, place]) => [host, at(place)])),
    },
    certificates: pair === undefined ? [] : [certificateOf("stays.example", `f${certificate}`, pair)],
  });
  const set = table.routeSets.get("ingress");
  const [host, own] = [set?.hosts.get("weighted.example"), table.backends.get("own.example")];
  assert.ok(set !== undefined && host !== undefined && own !== undefined);
  const parts = [
    { backend: "weighted.example", weight },
    { backend: "own.example", weight: 10 - weight },
  ];
  const routes = host.routes.map((route) => ({ ...route, to: { kind: "backends" as const, backends: parts } }));
  const timeouts = { ...own.settings.timeouts, read: readSeconds };
  const settled: Backend = { ...own, settings: { ...own.settings, timeouts } };
  return {
    ...table,
    routeSets: new Map([["ingress", { ...set, hosts: new Map([...set.hosts, [host.host, { ...host, routes }]]) }]]),
    backends: new Map([...table.backends, ["own.example", settled]]),
  };
}

function differences(before: RouteTable, next: RouteTable): TableChange {
  const [was, is] = [allOf(before), allOf(next)];
  return { backends: was.backends.union(is.backends), hosts: was.hosts.union(is.hosts), others: true };
}

async function judge(t: TestContext, name: EngineName): Promise<void> {
  await using made = await engineOf(name);
  const { engine, ports } = made;
  await using others = new AsyncDisposableStack();
  others.defer(() => engine.stop({ drainSeconds: 0 }));
  const endpoints = [await endpoint("first"), await endpoint("second")];
  for (const one of endpoints) others.adopt(one, (it) => it.close());
  const pairs = await Promise.all(Array.from({ length: 3 }, () => selfSigned(Date.now())));
  const scene: Scene = { ports, endpoints, pairs };
  const wanted: Wanted = { moving: new Map(), made: 0, weight: 5, certificate: 0, readSeconds: 61 };
  let table = wantedTable(wanted, scene);
  await engine.serve(table, allOf(table));
  using webSocket = webSocketTo(ports.http, "stays.example");
  await webSocket.hears("101 Switching");
  const download = get(ports.http, "stays.example", "/slow");
  const loads = ["stays.example", "weighted.example"].flatMap((host) =>
    [true, false].map((keepAlive) => startLoad({ port: ports.http, perSecond: perSecond / 4, keepAlive, host })),
  );
  const soFar = (): number => loads.reduce((sum, one) => sum + one.soFar(), 0);
  const serials = new Set<string>();
  for (let number = 0; number < changes; number++) {
    change(wanted, number);
    const next = wantedTable(wanted, scene);
    await engine.serve(next, differences(table, next));
    table = next;
    if (number % 10 === 9) await eventually("requests", () => soFar() >= number * requestsPerChange, { seconds: 10 });
    if (number % 10 === 3) serials.add(await serialShown(ports.https, "stays.example"));
  }
  const results = await Promise.all(loads.map((load) => load.stop()));
  const total = results.reduce((sum, { requests }) => sum + requests, 0);
  t.diagnostic(`${total} requests during ${changes} changes`);
  for (const { kinds } of results) assert.deepEqual(kinds, {}, `of ${total} requests`);
  assert.ok(total >= (changes - 10) * requestsPerChange, `${total} requests`);
  webSocket.say("still there");
  await webSocket.hears("still there");
  assert.equal(/\r\n\r\n(\.*)$/.exec(await download)?.[1]?.length, dripBytes);
  assert.equal(serials.size, pairs.length);
  for (const [host, place] of wanted.moving)
    assert.match(await get(ports.http, host), place === 0 ? /first$/ : /second$/, host);
  assert.match(await get(ports.http, "h0.example"), /^HTTP\/1.1 404/);
  assert.deepEqual(made.troubles(), []);
  const settings = Math.floor(changes / settingEvery);
  if (made.reloads !== undefined)
    assert.deepEqual(made.reloads(), { start: 1, "what only a configuration says": settings });
}

const varied = `${changes} changes of hosts, weights, certificates and settings under load`;

test(`HAProxy: ${varied}: nothing fails, and settings alone need reloads`, { skip: withoutHaproxy }, (t) =>
  judge(t, "haproxy"),
);

test(`the embedded engine: ${varied}: nothing fails`, (t) => judge(t, "embedded"));
