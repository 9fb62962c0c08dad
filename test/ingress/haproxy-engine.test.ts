import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { selfSigned } from "#daemons/ingress/self-signed.ts";
import { signalPid } from "#os/processes.ts";
import { start } from "#os/spawn.ts";
import { eventually } from "../harness/eventually.ts";
import { Conversation, get, serialShown, webSocketTo } from "./conversations.ts";
import { startLoad } from "./load.ts";
import { dripBytes, type Endpoint, endpoint, withoutHaproxy as skip, stage } from "./stage.ts";
import { certificateOf, everything, tableOf } from "./tables.ts";

const perSecond = 1000;

for (const keepAlive of [true, false]) {
  test(`endpoints from 1 to 100 and back, ${keepAlive ? "with" : "without"} keep-alive: nothing fails, nothing is reloaded`, {
    skip,
  }, async () => {
    await using place = await stage();
    const { engine, reloads, faults } = await place.engine();
    await using others = new AsyncDisposableStack();
    const first = others.adopt(await endpoint("first"), (one) => one.close());
    const serve = (members: readonly Endpoint[]) =>
      engine.serve(
        tableOf({ ports: place.ports, hosts: { "a.example": members.map(({ port }) => port) } }),
        everything,
      );
    await serve([first]);
    const load = startLoad({ port: place.ports.http, perSecond, keepAlive, host: "a.example" });
    const members = [first];
    while (members.length < 100) {
      members.push(await endpoint(`e${members.length}`));
      await serve(members);
    }
    await eventually("answers of all", () => load.soFar() > perSecond, { seconds: 10 });
    while (members.length > 1) {
      const gone = members.pop();
      await serve(members);
      // A pod that is told to end closes when it has nothing to do; until then HAProxy has not deleted its server.
      if (gone !== undefined) others.adopt(gone, (one) => one.close());
    }
    await eventually("deletion of the servers", async () => (await serversOf(engine)) === 1, { seconds: 10 });
    const result = await load.stop();
    assert.deepEqual([result.failures, result.kinds], [0, {}]);
    assert.deepEqual(reloads(), { start: 1 });
    assert.deepEqual(faults, []);
    assert.ok(result.answers.size > 90, `${result.answers.size} endpoints have answered`);
    await others.disposeAsync();
  });
}

const serversOf = async (engine: { readonly ask: (commands: readonly string[]) => Promise<readonly string[]> }) =>
  (await engine.ask(["show servers state"]))[0]?.split("\n").filter((line) => /^\d+ .* 127\.0\.0\.1 /.test(line))
    .length;

for (const keepAlive of [true, false]) {
  test(`10 reloads, ${keepAlive ? "with" : "without"} keep-alive, under a WebSocket and a slow download: nothing fails`, {
    skip,
  }, async () => {
    await using place = await stage();
    const { engine, reloads } = await place.engine();
    await using others = new AsyncDisposableStack();
    const { port } = others.adopt(await endpoint("first"), (one) => one.close());
    const serve = (count: number) =>
      engine.serve(
        tableOf({ ports: place.ports, hosts: { "a.example": [port] }, readSeconds: 60 + count }),
        everything,
      );
    await serve(0);
    using webSocket = webSocketTo(place.ports.http, "a.example");
    await webSocket.hears("101 Switching");
    const download = get(place.ports.http, "a.example", "/slow");
    const load = startLoad({ port: place.ports.http, perSecond, keepAlive, host: "a.example", connections: 100 });
    for (let count = 1; count <= 10; count++) await serve(count);
    const result = await load.stop();
    webSocket.say("still there");
    await webSocket.hears("still there");
    assert.equal(/\r\n\r\n(\.*)$/.exec(await download)?.[1]?.length, dripBytes);
    assert.deepEqual(reloads(), { start: 1, "what only a configuration says": 10 });
    assert.deepEqual([result.failures, result.kinds], [0, {}]);
  });
}

test("certificates change and get other hosts without a reload", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads, faults } = await place.engine();
  const [one, other] = [await selfSigned(Date.now()), await selfSigned(Date.now())];
  const serve = (...shown: readonly (readonly [host: string, fingerprint: string, pair: typeof one])[]) =>
    engine.serve(
      tableOf({
        ports: place.ports,
        hosts: { "a.example": [], "c.example": [] },
        certificates: shown.map((each) => certificateOf(...each)),
      }),
      everything,
    );
  const shownTo = (host: string) => serialShown(place.ports.https, host);
  await serve(["a.example", "f1", one]);
  const [first, fallback] = [await shownTo("a.example"), await shownTo("b.example")];
  await serve(["a.example", "f2", other]);
  const second = await shownTo("a.example");
  assert.equal(new Set([first, second, fallback]).size, 3);
  await serve(["a.example", "f2", other], ["c.example", "f2", other]);
  assert.deepEqual([await shownTo("a.example"), await shownTo("c.example")], [second, second]);
  await serve(["c.example", "f2", other]);
  assert.deepEqual([await shownTo("a.example"), await shownTo("c.example")], [fallback, second]);
  assert.deepEqual(reloads(), { start: 1 });
  assert.deepEqual(faults, []);
});

test("an object that HAProxy doesn't take is named and left out, and the others go on being changed", {
  skip,
}, async () => {
  await using place = await stage();
  const { engine, refused, reloads } = await place.engine();
  await using others = new AsyncDisposableStack();
  const [first, second] = [await endpoint("first"), await endpoint("second")];
  for (const each of [first, second]) others.adopt(each, (it) => it.close());
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`h${index}.example`, [first.port]]));
  const serve = (hosts: Readonly<Record<string, readonly number[]>>, path: string) =>
    engine.serve(tableOf({ ports: place.ports, hosts, paths: { "h7.example": path } }), everything);
  await serve(many, "/BROKEN");
  const [finding, ...more] = refused();
  assert.deepEqual([finding?.origin.kind, finding?.origin.name, more.length], ["Ingress", "default/h7.example", 0]);
  assert.match(finding?.message ?? "", /nonsense/);
  assert.match(await get(place.ports.http, "h8.example"), /first$/);
  await serve({ ...many, "h8.example": [second.port] }, "/BROKEN");
  assert.match(await get(place.ports.http, "h8.example"), /second$/);
  assert.deepEqual(reloads(), { start: 1 });
  await serve(many, "/mended");
  assert.deepEqual(refused(), []);
  assert.match(await get(place.ports.http, "h7.example", "/mended"), /first$/);
});

test("a HAProxy that dies is started again with what it served", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads } = await place.engine();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  await engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [] } }), everything);
  await engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [port] } }), everything);
  const [info = ""] = await engine.ask(["show info"]);
  signalPid(Number(/^Pid: (\d+)$/m.exec(info)?.[1]), "SIGKILL");
  await eventually("another worker", () => reloads()["the worker died"] === 1, { seconds: 10 });
  assert.match(await get(place.ports.http, "a.example"), /first$/);
});

test("an endpoint that comes back while its last request is under way takes requests again", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads } = await place.engine();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  const serve = (ports: readonly number[]) =>
    engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": ports } }), everything);
  await serve([port]);
  using webSocket = webSocketTo(place.ports.http, "a.example");
  await webSocket.hears("101 Switching");
  await serve([]);
  assert.match(await get(place.ports.http, "a.example"), /^HTTP\/1.1 503/);
  await serve([port]);
  assert.match(await get(place.ports.http, "a.example"), /first$/);
  webSocket.say("still there");
  await webSocket.hears("still there");
  assert.deepEqual(reloads(), { start: 1 });
});

test("requests are counted by route, across reloads", { skip }, async () => {
  await using place = await stage();
  const { engine, metrics } = await place.engine();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  for (const readSeconds of [61, 62]) {
    const hosts = { "a.example": [port], "b.example": [] };
    await engine.serve(tableOf({ ports: place.ports, hosts, readSeconds }), everything);
    for (const host of ["a.example", "a.example", "b.example"]) await get(place.ports.http, host);
  }
  await engine.lookAround();
  const lines = metrics()
    .split("\n")
    .filter((line) => line.startsWith("portolan_ingress_requests_total{"));
  assert.deepEqual(lines.toSorted(), [
    'portolan_ingress_requests_total{route="default/a.example#spec.rules[0]"} 4',
    'portolan_ingress_requests_total{route="default/b.example#spec.rules[0]"} 2',
  ]);
});

test("a reload that waits for old workers doesn't keep endpoints waiting", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads } = await place.engine();
  await using others = new AsyncDisposableStack();
  const [first, second] = [await endpoint("first"), await endpoint("second")];
  for (const each of [first, second]) others.adopt(each, (it) => it.close());
  const serve = ({ port }: Endpoint, readSeconds: number) =>
    engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [port] }, readSeconds }), everything);
  await serve(first, 61);
  using oldest = webSocketTo(place.ports.http, "a.example");
  await oldest.hears("101 Switching");
  await serve(first, 62);
  using older = webSocketTo(place.ports.http, "a.example");
  await older.hears("101 Switching");
  await serve(first, 63);
  const waiting = serve(second, 64);
  const answers = async () => /second$/.test(await get(place.ports.http, "a.example"));
  await eventually("the other endpoint", answers, { seconds: 5 });
  assert.equal(reloads()["what only a configuration says"], 2);
  oldest[Symbol.dispose]();
  await waiting;
  assert.equal(reloads()["what only a configuration says"], 3);
  older.say("still there");
  await older.hears("still there");
});

test("nothing fails while the controller is killed, and the next one takes over", { skip }, async () => {
  await using place = await stage();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  const { http, https } = place.ports;
  const program = join(import.meta.dirname, "engine-process.ts");
  const argv = [...process.execArgv, program, place.folder, `${http}`, `${https}`, `${port}`];
  const controller = start([process.execPath, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
  const said = controller.stdout === null ? "" : String((await once(controller.stdout, "data"))[0]);
  assert.equal(said, "serving\n");
  using webSocket = webSocketTo(http, "a.example");
  await webSocket.hears("101 Switching");
  const load = startLoad({ port: http, perSecond, keepAlive: true, host: "a.example" });
  controller.kill("SIGKILL");
  await once(controller, "exit");
  const { engine, reloads } = await place.engine();
  await engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [port] } }), everything);
  const atTakeover = load.soFar();
  await eventually("more answers", () => load.soFar() > atTakeover + 100, { seconds: 10 });
  const { failures, kinds } = await load.stop();
  assert.deepEqual([failures, kinds], [0, {}]);
  webSocket.say("still there");
  await webSocket.hears("still there");
  assert.deepEqual(reloads(), { start: 1 });
  await engine.stop({ drainSeconds: 0 });
  assert.equal(await get(http, "a.example"), "");
});

test("an end lets requests end, and doesn't wait for connections that are idle", { skip }, async () => {
  await using place = await stage();
  const { engine } = await place.engine();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  await engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [port] } }), everything);
  using idle = new Conversation(place.ports.http, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  await idle.hears("first");
  const download = new Conversation(place.ports.http, "GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n");
  await download.hears("200 OK");
  await engine.stop({ drainSeconds: 60 });
  assert.equal(/\r\n\r\n(\.*)$/.exec(download.heard)?.[1]?.length, dripBytes);
  assert.equal(idle.closed, true);
});

test("a connection that was idle during a reload is answered once more, and told to close", { skip }, async () => {
  await using place = await stage();
  const { engine, reloads } = await place.engine();
  await using others = new AsyncDisposableStack();
  const { port } = others.adopt(await endpoint("first"), (one) => one.close());
  const serve = (readSeconds: number) =>
    engine.serve(tableOf({ ports: place.ports, hosts: { "a.example": [port] }, readSeconds }), everything);
  await serve(61);
  const request = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
  using idle = new Conversation(place.ports.http, request);
  await idle.hears("first");
  await serve(62);
  assert.equal(reloads()["what only a configuration says"], 1);
  idle.heard = "";
  idle.say(request);
  await idle.hears("first");
  assert.match(idle.heard, /\r\nconnection: close\r\n/i);
  await eventually("the end of the connection", () => idle.closed, { seconds: 5 });
});
