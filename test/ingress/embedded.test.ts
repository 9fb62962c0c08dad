import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Backend, Route, RouteTable } from "#core/routes/route-table.ts";
import type { AccessEntry } from "#daemons/ingress/embedded/access-log.ts";
import { Registry } from "#metrics/registry.ts";
import { eventually } from "../harness/eventually.ts";
import { echoing, serving, speaking } from "./endpoints.ts";
import { ask, endpoint, served } from "./served.ts";
import { backendOf, routeOf, tableOf } from "./table.ts";
import { judge, say, wireRows } from "./wire.ts";

const web = "default/web:80";
const oneBackend = (...ports: readonly number[]): RouteTable =>
  tableOf([routeOf({ to: web })], [backendOf(web, ports)]);

test("embedded: what clients must not send is refused, and the next client is served", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await served(t, oneBackend(backend.port));
  for (const row of wireRows) {
    assert.equal(await judge({ port }, row), undefined, `row ${row.row}: ${row.name}`);
    assert.equal((await ask(port, "/")).status, 200, `after row ${row.row}: ${row.name}`);
  }
});

test("embedded: the longest path serves, others are not found, and a route without endpoints is not available", async (t) => {
  const [shop, root] = [await endpoint(t, echoing("shop")), await endpoint(t, echoing("root"))];
  const routes = [
    routeOf({ host: "web.example", path: "/shop", to: "default/shop:80" }),
    routeOf({ host: "web.example", path: "/none", to: "default/none:80" }),
    routeOf({ host: "web.example", path: "/root", to: "default/root:80" }),
  ];
  const backends = [
    backendOf("default/shop:80", [shop.port]),
    backendOf("default/root:80", [root.port]),
    backendOf("default/none:80", []),
  ];
  const { port } = await served(t, tableOf(routes, backends));
  assert.match((await ask(port, "/shop/a")).body, /"shop"/);
  assert.match((await ask(port, "/root")).body, /"root"/);
  assert.equal((await ask(port, "/shopping")).status, 404);
  assert.equal((await ask(port, "/none")).status, 503);
});

test("embedded: requests sent at once are answered in order, whatever bodies they have", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await served(t, oneBackend(backend.port));
  const head = (line: string, ...fields: readonly string[]) =>
    `${[line, "Host: web.example", ...fields].join("\r\n")}\r\n\r\n`;
  const all = [
    head("GET /1 HTTP/1.1"),
    `${head("POST /2 HTTP/1.1", "Content-Length: 3")}two`,
    `${head("POST /3 HTTP/1.1", "Transfer-Encoding: chunked")}3\r\nthr\r\n2\r\nee\r\n0\r\n\r\n`,
    head("HEAD /4 HTTP/1.1"),
    head("GET /5 HTTP/1.1", "Connection: close"),
  ].join("");
  const { statuses, text: answers, closed } = await say({ port }, all);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
  assert.ok(closed);
  assert.deepEqual(
    [...answers.matchAll(/"url":"\/(\d)".*?"body":"(\w*)"/g)].map(([, url, body]) => `${url}${body}`),
    ["1", "2two", "3three", "5"],
  );
});

test("embedded: what comes byte by byte is answered as what comes at once", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await served(t, oneBackend(backend.port));
  const bytes =
    "POST /x HTTP/1.1\r\nHost: web.example\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n";
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("connect", async () => {
    for (const byte of bytes) await new Promise((sent) => socket.write(byte, sent));
    resolve(await text(socket));
  });
  assert.match(await promise, /^HTTP\/1\.1 200 [\s\S]*"body":"hello"/);
});

test("embedded: answers of every form arrive whole: a length, chunks, until it closes, none", async (t) => {
  const answers: Readonly<Record<string, string>> = {
    "/length": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "/chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "/close": "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
    "/old": "HTTP/1.0 200 OK\r\n\r\nhello",
    "/empty": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/204": "HTTP/1.1 204 No Content\r\n\r\n",
    "/304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
  };
  const backend = await endpoint(
    t,
    speaking((socket) => {
      socket.on("data", (bytes) => {
        const [, path = ""] = bytes.toString().split(" ");
        socket.write(answers[path] ?? "");
        if (/close|old/.test(path)) socket.end();
      });
    }),
  );
  const { port } = await served(t, oneBackend(backend.port));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (const [path, answer] of Object.entries(answers)) {
    const { status, body } = await ask(port, path, { agent });
    assert.equal(`${status} ${body}`, `${answer.slice(9, 12)} ${/hello|llo/.test(answer) ? "hello" : ""}`, path);
  }
});

test("embedded: what a backend must not answer becomes 502", async (t) => {
  const answers: Readonly<Record<string, string>> = {
    "/lengths": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "/both": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "/cr": "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
    "/lf": "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "/huge": `HTTP/1.1 200 OK\r\nX: ${"a".repeat(1 << 20)}`,
    "/switch": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "/silence": "",
  };
  const backend = await endpoint(
    t,
    speaking((socket) => {
      socket.on("data", (bytes) => {
        const [, path = ""] = bytes.toString().split(" ");
        socket.write(answers[path] ?? "");
        if (path === "/silence") socket.end();
      });
    }),
  );
  const { port } = await served(t, oneBackend(backend.port));
  for (const path of Object.keys(answers)) assert.equal((await ask(port, path)).status, 502, path);
});

test("embedded: endpoints come and go while requests are made, and none fails", async (t) => {
  const all = await Promise.all(["a", "b", "c", "d"].map((name) => endpoint(t, echoing(name))));
  const ports = all.map((one) => one.port);
  const { port, serve } = await served(t, oneBackend(...ports));
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  let [done, over] = [0, false];
  const names = new Set<string>();
  const clients = Array.from({ length: 8 }, async () => {
    while (!over) {
      const { status, body } = await ask(port, "/", { agent });
      assert.equal(status, 200, body);
      names.add(body.slice(0, 12));
      done += 1;
    }
  });
  for (let round = 0; round < 60; round += 1) {
    const gone = round % ports.length;
    await serve(oneBackend(...ports.filter((_, i) => i !== gone)));
    const before = done;
    await eventually("some more requests", () => done > before + 10, { seconds: 10 });
  }
  over = true;
  await Promise.all(clients);
  assert.equal(names.size, 4);
});

test("embedded: where one endpoint can't be reached, another one answers", async (t) => {
  const [gone, there] = [await echoing("gone"), await endpoint(t, echoing("there"))];
  await gone.close();
  const { port } = await served(t, oneBackend(gone.port, there.port));
  for (let i = 0; i < 10; i += 1) assert.equal((await ask(port, "/")).status, 200);
  const { port: alone } = await served(t, oneBackend(gone.port));
  assert.equal((await ask(alone, "/")).status, 503);
});

test("embedded: a kept connection that the backend closes at the next request costs nobody a request", async (t) => {
  const backend = await endpoint(
    t,
    speaking((socket) => {
      let count = 0;
      socket.on("data", () => {
        count += 1;
        if (count === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        else socket.destroy();
      });
    }),
  );
  const { port } = await served(t, oneBackend(backend.port));
  for (let i = 0; i < 6; i += 1) assert.equal((await ask(port, "/")).status, 200);
});

test("embedded: a slow reader holds no more than a little of an answer here", async (t) => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const piece = Buffer.alloc(64 * 1024);
  const backend = await endpoint(
    t,
    serving((_, response) => {
      response.setHeader("Content-Length", size);
      const more = (): void => {
        while (sent < size) {
          sent += piece.length;
          if (!response.write(piece)) return;
        }
        response.end();
      };
      response.on("drain", more);
      more();
    }),
  );
  const { port } = await served(t, oneBackend(backend.port));
  const socket = connect({ port, host: "127.0.0.1" });
  t.after(() => socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: web.example\r\nConnection: close\r\n\r\n");
  socket.pause();
  let last = -1;
  await eventually(
    "the backend to be held back",
    () => {
      const [before, now] = [last, sent];
      last = now;
      return before === now && now > 0;
    },
    { seconds: 10 },
  );
  assert.ok(sent < size / 2, `${sent} bytes were taken`);
  let received = 0;
  socket.on("data", (bytes: Buffer) => {
    received += bytes.length;
  });
  socket.resume();
  await eventually("all of it to arrive", () => received > size, { seconds: 20 });
});

test("embedded: a long upload goes through, and Expect: 100-continue is answered by the backend", async (t) => {
  const backend = await endpoint(
    t,
    serving(async (incoming, response) => response.end(`${(await text(incoming)).length}`)),
  );
  const { port } = await served(t, oneBackend(backend.port));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const body = Buffer.alloc(8 * 1024 * 1024, "a");
  const upload = request(
    {
      host: "127.0.0.1",
      port,
      method: "POST",
      agent: false,
      headers: { expect: "100-continue", "content-length": body.length },
    },
    async (response) => resolve(await text(response)),
  );
  upload.on("error", reject);
  upload.on("continue", () => upload.end(body));
  assert.equal(await promise, `${body.length}`);
});

test("embedded: who is slow with a head is told so, and idle connections are closed", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { port } = await served(t, oneBackend(backend.port), {
    limits: { headSeconds: 0.3, idleSeconds: 0.3, bodySeconds: 0.3 },
  });
  assert.deepEqual((await say({ port }, "GET / HTTP/1.1\r\nHost: web")).statuses, [408]);
  assert.deepEqual((await say({ port }, "")).statuses, []);
  assert.ok((await say({ port }, "")).closed);
  const body = await say({ port }, "POST / HTTP/1.1\r\nHost: web.example\r\nContent-Length: 5\r\n\r\nab");
  assert.deepEqual([body.statuses, body.closed], [[408], true]);
  const idle = await say({ port }, "GET / HTTP/1.1\r\nHost: web.example\r\n\r\n");
  assert.deepEqual([idle.statuses, idle.closed], [[200], true]);
});

test("embedded: a backend that says nothing is given up", async (t) => {
  const backend = await endpoint(
    t,
    speaking(() => {}),
  );
  const slow: Backend = backendOf(web, [backend.port], { timeouts: { connect: 1, send: 1, read: 0.3 } });
  const { port } = await served(t, tableOf([routeOf({ to: web })], [slow]));
  assert.equal((await ask(port, "/")).status, 504);
});

test("embedded: at its end it takes nobody new, and what has begun is finished", async (t) => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const { promise: free, resolve: release } = Promise.withResolvers<void>();
  const backend = await endpoint(
    t,
    serving(async (_, response) => {
      isAsked();
      await free;
      response.end("late");
    }),
  );
  const { engine, port } = await served(t, oneBackend(backend.port));
  const slow = ask(port, "/");
  await asked;
  const stopped = engine.stop({ drainSeconds: 10 });
  await eventually("new connections to be refused", async () => (await say({ port }, "")).closed, { seconds: 5 });
  release();
  assert.equal((await slow).body, "late");
  await stopped;
});

test("embedded: the log and the metrics say which route has served what", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const [entries, metrics]: [AccessEntry[], Registry] = [[], new Registry()];
  const routes: readonly Route[] = [routeOf({ host: "web.example", to: web })];
  const { port } = await served(t, tableOf(routes, [backendOf(web, [backend.port])]), {
    metrics,
    log: (entry) => entries.push(entry),
  });
  await ask(port, "/a?b=c");
  await eventually("the log", () => entries.length === 1, { seconds: 5 });
  const { route, status, target, endpoint: at, client, host } = entries[0] ?? {};
  assert.deepEqual(
    { route, status, target, at, client, host },
    {
      route: "default/web#web.example",
      status: 200,
      target: "/a?b=c",
      at: `127.0.0.1:${backend.port}`,
      client: "127.0.0.1",
      host: "web.example",
    },
  );
  assert.match(metrics.text(), /portolan_ingress_requests_total\{route="default\/web#web\.example",status="200"\} 1/);
});
