import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { RouteFilters } from "#core/routes/route-filters.ts";
import type { BackendSettings, Listener } from "#core/routes/route-table.ts";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { writeProxyHeader } from "#net/proxy-header.ts";
import { eventually } from "../harness/eventually.ts";
import { echoing, serving, speaking } from "./endpoints.ts";
import { ask, endpoint, type Served, served } from "./served.ts";
import { backendOf, httpListener, portOf, routeOf, tableOf } from "./table.ts";
import { say } from "./wire.ts";

const web = "default/web:80";

/** An engine whose one route has filters. */
async function filtered(t: TestContext, filters: RouteFilters, ...ports: readonly number[]): Promise<Served> {
  return served(t, tableOf([routeOf({ filters, to: web })], [backendOf(web, ports)]));
}

const withSettings = (ports: readonly number[], settings: Partial<BackendSettings>) =>
  tableOf([routeOf({ to: web })], [backendOf(web, ports, settings)]);

const source = {
  source: mustIp("203.0.113.7"),
  sourcePort: 40000,
  destination: mustIp("192.0.2.1"),
  destinationPort: 80,
};
const request = "GET /x HTTP/1.1\r\nHost: web.example\r\nConnection: close\r\n\r\n";
const behind = (version: "v1" | "v2"): Uint8Array =>
  Buffer.concat([writeProxyHeader(version, source), Buffer.from(request)]);

test("embedded: a PROXY header says who the client is, from those who are believed alone", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const listening = (listener: Partial<Listener>) =>
    tableOf([routeOf({ to: web })], [backendOf(web, [backend.port])], {
      listeners: [{ ...httpListener, acceptsProxyHeader: true, ...listener }],
    });
  const { port, serve } = await served(t, listening({ trusted: [mustCidr("127.0.0.0/8")] }));
  for (const version of ["v1", "v2"] as const)
    assert.match((await say({ port }, behind(version))).text, /"x-real-ip":"203\.0\.113\.7"/);
  assert.equal((await say({ port }, request)).text, "");
  const broken = Buffer.from(behind("v2"));
  broken[15] = 200;
  assert.equal((await say({ port }, Buffer.concat([broken, Buffer.alloc(400)]))).text, "");
  await serve(listening({ trusted: [mustCidr("10.0.0.0/8")] }));
  assert.equal((await say({ port }, behind("v2"))).text, "");
});

test("embedded: HAProxy's detour is a unix socket, where a PROXY header is believed and TLS is done", async (t) => {
  const [backend, folder] = [await endpoint(t, echoing("a")), await mkdtemp(join(tmpdir(), "detour-"))];
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "https.sock");
  await writeFile(path, "left by a process that was killed");
  const listener: Listener = { ...httpListener, id: "https", port: 443, protocol: "HTTPS" };
  const table = tableOf([routeOf({ to: web })], [backendOf(web, [backend.port])], { listeners: [listener] });
  await served(t, table, { placeOf: () => ({ path }) });
  const socket = connect({ path });
  socket.write(behind("v2"));
  assert.match(await text(socket), /"x-forwarded-for":"203\.0\.113\.7".*"x-forwarded-proto":"https"/);
});

for (const version of ["v1", "v2"] as const) {
  test(`embedded: endpoints that want a PROXY header (${version}) get one with each connection`, async (t) => {
    const seen: string[] = [];
    const backend = await endpoint(
      t,
      speaking((socket) => {
        let all = "";
        socket.on("data", (bytes: Buffer) => {
          all += bytes.toString("latin1");
          if (!all.includes("\r\n\r\n") || !all.includes("GET")) return;
          seen.push(all);
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
      }),
    );
    const { port } = await served(t, withSettings([backend.port], { proxyHeader: version }));
    for (let i = 0; i < 2; i += 1) assert.equal((await ask(port, "/")).status, 200);
    assert.equal(seen.length, 2);
    const begin = version === "v1" ? "PROXY TCP4 127.0.0.1 127.0.0.1 " : "\r\n\r\n\0\r\nQUIT\n";
    for (const all of seen) assert.ok(all.startsWith(begin) && all.includes("GET / HTTP/1.1"), JSON.stringify(all));
  });
}

test("embedded: WebSockets go both ways, and live on while endpoints come and go", async (t) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (message) => socket.send(`heard ${message}`)));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  const { port, serve } = await served(t, withSettings([portOf(server)], {}));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  t.after(() => socket.terminate());
  const heard: string[] = [];
  socket.on("message", (message) => heard.push(`${message}`));
  await new Promise((opened) => socket.on("open", opened));
  socket.send("one");
  await eventually("the first answer", () => heard.includes("heard one"), { seconds: 5 });
  await serve(withSettings([], {}));
  socket.send("a".repeat(200_000));
  await eventually("the long answer", () => heard.at(-1)?.length === 200_006, { seconds: 5 });
  assert.equal((await ask(port, "/")).status, 503);
});

test("embedded: an upgrade that the endpoint refuses is an answer like others", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await served(t, withSettings([backend.port], {}));
  const fields =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const { statuses, text: answer } = await say(
    { port },
    `GET /ws HTTP/1.1\r\nHost: web.example\r\n${fields}\r\n\r\n${request}`,
  );
  assert.deepEqual(statuses, [200, 200]);
  assert.match(answer, /"url":"\/ws"[\s\S]*"url":"\/x"/);
});

test("embedded: a cookie keeps a client at its endpoint, also when others come and go", async (t) => {
  const all = await Promise.all(["a", "b", "c"].map((name) => endpoint(t, echoing(name))));
  const ports = all.map(({ port }) => port);
  const stickiness = { name: "INGRESSCOOKIE", path: "/", secure: false, changesOnFailure: false };
  const { port, serve } = await served(t, withSettings(ports, { stickiness }));
  const first = await ask(port, "/");
  const [set = ""] = [first.headers["set-cookie"] ?? []].flat();
  assert.match(set, /^INGRESSCOOKIE=[0-9a-f]+; Path=\/; HttpOnly/);
  const headers = { cookie: set.split(";")[0] ?? "" };
  const nameOf = (body: string): string => JSON.parse(body).name;
  const home = nameOf(first.body);
  for (let i = 0; i < 6; i += 1) {
    const again = await ask(port, "/", { headers });
    assert.deepEqual([nameOf(again.body), again.headers["set-cookie"]], [home, undefined]);
  }
  const homePort = ports[["a", "b", "c"].indexOf(home)] ?? 0;
  await serve(withSettings([homePort, ...ports.filter((one) => one !== homePort).slice(1)], { stickiness }));
  assert.equal(nameOf((await ask(port, "/", { headers })).body), home);
  await serve(
    withSettings(
      ports.filter((one) => one !== homePort),
      { stickiness },
    ),
  );
  const moved = await ask(port, "/", { headers });
  assert.notEqual(nameOf(moved.body), home);
  assert.ok(moved.headers["set-cookie"]);
});

for (const balance of [{ kind: "roundRobin" }, { kind: "random" }, { kind: "leastConnections" }] as const) {
  test(`embedded: ${balance.kind} reaches all endpoints`, async (t) => {
    const all = await Promise.all(["a", "b", "c"].map((name) => endpoint(t, echoing(name))));
    const { port } = await served(
      t,
      withSettings(
        all.map((one) => one.port),
        { balance },
      ),
    );
    const names = new Set<string>();
    for (let i = 0; i < 60; i += 1) names.add(JSON.parse((await ask(port, "/")).body).name);
    assert.deepEqual([...names].toSorted(), ["a", "b", "c"]);
  });
}

test("embedded: a hash sends the same path to the same endpoint, and not all paths to one", async (t) => {
  const all = await Promise.all(["a", "b", "c"].map((name) => endpoint(t, echoing(name))));
  const { port } = await served(
    t,
    withSettings(
      all.map((one) => one.port),
      { balance: { kind: "hash", of: { kind: "path" } } },
    ),
  );
  const nameAt = async (path: string): Promise<string> => JSON.parse((await ask(port, path)).body).name;
  const names = new Set<string>();
  for (let i = 0; i < 20; i += 1) {
    const name = await nameAt(`/${i}`);
    assert.equal(await nameAt(`/${i}`), name);
    names.add(name);
  }
  assert.equal(names.size, 3);
});

test("embedded: a body that is too long is refused by its length, and as it comes", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await filtered(t, { maxBodyBytes: 4 }, backend.port);
  const post = (fields: string, body: string) => `POST / HTTP/1.1\r\nHost: web.example\r\n${fields}\r\n\r\n${body}`;
  assert.deepEqual((await say({ port }, post("Content-Length: 4\r\nConnection: close", "abcd"))).statuses, [200]);
  assert.deepEqual((await say({ port }, post("Content-Length: 5", "abcde"))).statuses, [413]);
  assert.deepEqual(
    (await say({ port }, post("Transfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))).statuses,
    [413],
  );
});

test("embedded: who asks too often is told so", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const rateLimit = { perMinute: 2, burstFactor: 1, exempt: [], status: 429 };
  const { port } = await filtered(t, { rateLimit }, backend.port);
  const statuses: number[] = [];
  for (let i = 0; i < 5; i += 1) statuses.push((await ask(port, "/")).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
});

test("embedded: a password that fits lets in, and no other", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const users = new Map([["ann", "{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M="]]);
  const { port } = await filtered(t, { basicAuth: { realm: "here", users } }, backend.port);
  const as = async (credentials: string): Promise<number> =>
    (await ask(port, "/", { headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } }))
      .status;
  assert.deepEqual(
    [await as("ann:test"), await as("ann:toast"), await as("bob:test"), await as("ann:test")],
    [200, 401, 401, 200],
  );
  assert.equal((await ask(port, "/")).headers["www-authenticate"], 'Basic realm="here", charset="UTF-8"');
});

test("embedded: while somebody tries passwords, others are served", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  // bcrypt of cost 10 takes about a tenth of a second.
  const users = new Map([["ann", "$2y$10$abcdefghijklmnopqrstuu5Lz0hTXHrZ8hZ1VQv6kFzQm8m1s8uWy"]]);
  const routes = [
    routeOf({ path: "/locked", filters: { basicAuth: { realm: "here", users } }, to: web }),
    routeOf({ path: "/open", to: web }),
  ];
  const { port } = await served(t, tableOf(routes, [backendOf(web, [backend.port])]));
  let over = false;
  const tries = Array.from({ length: 8 }, (_, i) =>
    ask(port, "/locked", { headers: { authorization: `Basic ${Buffer.from(`ann:${i}`).toString("base64")}` } }),
  );
  const all = Promise.all(tries).then((got) => {
    over = true;
    return got;
  });
  let open = 0;
  while (!over && open < 5) {
    assert.equal((await ask(port, "/open")).status, 200);
    open += 1;
  }
  assert.equal(open, 5);
  for (const { status } of await all) assert.equal(status, 401);
});

test("embedded: an authentication service is asked, once for what it says may be kept", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  let asked = 0;
  const service = await endpoint(
    t,
    serving((incoming, response) => {
      asked += 1;
      response.statusCode = incoming.headers["x-original-url"]?.includes("secret") === true ? 403 : 200;
      response.setHeader("X-User", "ann");
      response.end();
    }),
  );
  const externalAuth = {
    url: [{ kind: "text" as const, value: `http://127.0.0.1:${service.port}/verify` }],
    responseHeaders: ["x-user"],
    cache: { key: [{ kind: "path" as const }], seconds: [{ statuses: "any" as const, seconds: 60 }] },
  };
  const { port, serve } = await filtered(t, { externalAuth }, backend.port);
  assert.match((await ask(port, "/a", { headers: { "x-user": "eve" } })).body, /"x-user":"ann"/);
  assert.equal((await ask(port, "/a")).status, 200);
  assert.equal(asked, 1);
  assert.equal((await ask(port, "/secret")).status, 403);
  const body = await say(
    { port },
    "POST /b HTTP/1.1\r\nHost: web.example\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
  );
  assert.match(body.text, /"body":"hello"/);
  const nobody = { ...externalAuth, url: [{ kind: "text" as const, value: "http://127.0.0.1:1/" }] };
  await serve(tableOf([routeOf({ filters: { externalAuth: nobody }, to: web })], [backendOf(web, [backend.port])]));
  assert.equal((await ask(port, "/c")).status, 500);
});

test("embedded: another backend says what an error's page is, and the status stays", async (t) => {
  const failing = await endpoint(
    t,
    speaking((socket) => socket.on("data", () => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"))),
  );
  const pages = await endpoint(
    t,
    serving(({ headers }, response) => response.end(`page of ${headers["x-code"]} for ${headers["x-original-uri"]}`)),
  );
  const filters: RouteFilters = { errorPages: { codes: [503], backend: "default/pages:80" } };
  const backends = [backendOf(web, [failing.port]), backendOf("default/pages:80", [pages.port])];
  const { port } = await served(t, tableOf([routeOf({ filters, to: web })], backends));
  const { status, body } = await ask(port, "/a?b");
  assert.deepEqual([status, body], [503, "page of 503 for /a?b"]);
});

test("embedded: redirects, rewrites and headers are those of the route", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const filters: RouteFilters = {
    rewrite: { path: { kind: "prefix", value: "/inner" }, host: "inner.example" },
    requestHeaders: { remove: ["x-gone"], set: [{ name: "x-set", value: "1" }], add: [] },
    responseHeaders: { remove: ["content-type"], set: [], add: [{ name: "x-answer", value: "2" }] },
  };
  const redirect = {
    kind: "redirect" as const,
    status: 302 as const,
    to: { kind: "location" as const, location: "https://new.example/" },
  };
  const routes = [routeOf({ path: "/outer", filters, to: web }), routeOf({ path: "/old", to: redirect })];
  const { port } = await served(t, tableOf(routes, [backendOf(web, [backend.port])]));
  const { body, headers } = await ask(port, "/outer/x?y", { headers: { "x-gone": "1" } });
  const seen = JSON.parse(body);
  assert.deepEqual(
    [seen.url, seen.headers.host, seen.headers["x-set"], seen.headers["x-gone"]],
    ["/inner/x?y", "inner.example", "1", undefined],
  );
  assert.deepEqual([headers["content-type"], headers["x-answer"]], [undefined, "2"]);
  const moved = await ask(port, "/old");
  assert.deepEqual([moved.status, moved.headers.location], [302, "https://new.example/"]);
});
