import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  createSecureServer as createSecureHttp2Server,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Certificate, Listener, RouteTable } from "#core/routes/route-table.ts";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { echoing, serving, speaking } from "./endpoints.ts";
import { endpoint, served } from "./served.ts";
import { backendOf, httpListener, portOf, routeOf, tableOf } from "./table.ts";
import { say } from "./wire.ts";

const dayMs = 24 * 3600 * 1000;
const validity = { from: Date.now() - dayMs, to: Date.now() + dayMs };
const authority = await createAuthority("test", validity);
const pairFor = (name: string): Promise<KeyPair> => authority.forServer({ name }, [name], validity);
const origin = { kind: "Secret" as const, name: "default/cert", field: "data" };

const certificate = async (name: string): Promise<Certificate> => {
  const { certificate: chain, key } = await pairFor(name);
  const fingerprint = createHash("sha256").update(`${chain}${key}`).digest("hex");
  return { secret: "default/cert", fingerprint, chain, key, origin };
};

const httpsListener: Listener = { ...httpListener, id: "https", port: 443, protocol: "HTTPS" };
const web = "default/web:80";

function secureTable(
  ports: readonly number[],
  byHost: RouteTable["certificates"]["byHost"],
  more: Partial<RouteTable> = {},
) {
  return tableOf([routeOf({ to: web })], [backendOf(web, ports)], {
    listeners: [httpListener, httpsListener],
    certificates: { byHost, fallback: undefined },
    ...more,
  });
}

async function dialTls(t: TestContext, port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

/** The name on the certificate that a client is shown. */
async function shownTo(t: TestContext, port: number, servername: string | undefined): Promise<string> {
  const socket = await dialTls(t, port, servername === undefined ? {} : { servername });
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return `${CN}`;
}

test("embedded, TLS: each name is shown its certificate, and a new one without a restart", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const byHost = new Map([
    ["a.example", await certificate("a.example")],
    ["*.b.example", await certificate("*.b.example")],
  ]);
  const { portOf, serve } = await served(t, secureTable([backend.port], byHost));
  const port = portOf("https");
  assert.equal(await shownTo(t, port, "a.example"), "a.example");
  assert.equal(await shownTo(t, port, "x.b.example"), "*.b.example");
  assert.equal(await shownTo(t, port, "x.y.b.example"), "ingress.local");
  assert.equal(await shownTo(t, port, undefined), "ingress.local");
  const open = await dialTls(t, port, { servername: "a.example" });
  await serve(secureTable([backend.port], new Map([["a.example", await certificate("new.example")]])));
  assert.equal(await shownTo(t, port, "a.example"), "new.example");
  open.write("GET /kept HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
  assert.match(await text(open), /"url":"\/kept".*"x-forwarded-proto":"https"/);
});

test("embedded, TLS: a host with another certificate than the connection's is misdirected", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const byHost = new Map([
    ["a.example", await certificate("a.example")],
    ["b.example", await certificate("b.example")],
  ]);
  const { portOf } = await served(t, secureTable([backend.port], byHost));
  const socket = await dialTls(t, portOf("https"), { servername: "a.example" });
  socket.write("GET / HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n");
  assert.match(await text(socket), /^HTTP\/1\.1 421 /);
});

test("embedded, TLS: what is no greeting is closed, and the next client is served", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { portOf } = await served(t, secureTable([backend.port], new Map()), { limits: { headSeconds: 0.5 } });
  const port = portOf("https");
  const garbage = [
    "GET / HTTP/1.1\r\n\r\n",
    "\x16\x03\x01\x00\x05hello",
    `\x16\x03\x01\x40\x00${"\x01".repeat(16384)}`,
    "\x16",
  ];
  for (const bytes of garbage) assert.ok((await say({ port }, bytes)).closed, JSON.stringify(bytes.slice(0, 20)));
  assert.equal(await shownTo(t, port, undefined), "ingress.local");
});

test("embedded, TLS: what is passed through is seen by its backend alone", async (t) => {
  const [backend, pair] = [await endpoint(t, echoing("a")), await pairFor("through.example")];
  const own = createHttpsServer({ cert: pair.certificate, key: pair.key }, (_, response) =>
    response.end("from behind"),
  );
  own.listen(0, "127.0.0.1");
  await once(own, "listening");
  t.after(() => own.close());
  const through = { host: "through.example", backend: "default/through:443", origin };
  const table = secureTable([backend.port], new Map(), { passthroughs: new Map([["through.example", through]]) });
  const backends = new Map([
    ...table.backends,
    ["default/through:443", backendOf("default/through:443", [portOf(own)])],
  ]);
  const { portOf: at } = await served(t, { ...table, backends });
  assert.equal(await shownTo(t, at("https"), "through.example"), "through.example");
  const socket = await dialTls(t, at("https"), { servername: "through.example" });
  socket.write("GET / HTTP/1.1\r\nHost: through.example\r\nConnection: close\r\n\r\n");
  assert.match(await text(socket), /from behind/);
  assert.equal(await shownTo(t, at("https"), "other.example"), "ingress.local");
});

interface Http2Got {
  readonly status: number;
  readonly body: string;
  readonly trailers: Readonly<Record<string, unknown>>;
}

async function askHttp2(
  t: TestContext,
  port: number,
  headers: Record<string, string>,
  body?: string,
): Promise<Http2Got> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, servername: "web.example" });
  t.after(() => session.destroy());
  const stream = session.request({ ":authority": "web.example", ...headers }, { endStream: body === undefined });
  let trailers = {};
  stream.on("trailers", (given) => {
    trailers = { ...given };
  });
  if (body !== undefined) stream.end(body);
  const [answer] = await once(stream, "response");
  const got = await text(stream);
  session.close();
  return { status: answer[":status"], body: got, trailers };
}

test("embedded, HTTP/2: clients are served from HTTP/1 endpoints", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { portOf: at } = await served(t, secureTable([backend.port], new Map()));
  const got = await askHttp2(t, at("https"), { ":path": "/x?y=z", cookie: "a=b" });
  assert.equal(got.status, 200);
  assert.match(got.body, /"url":"\/x\?y=z".*"cookie":"a=b"/);
  const posted = await askHttp2(t, at("https"), { ":method": "POST", ":path": "/" }, "a body");
  assert.match(posted.body, /"method":"POST".*"body":"a body"/);
  assert.equal((await askHttp2(t, at("https"), { ":path": "/%2fa" })).status, 400);
  assert.equal((await askHttp2(t, at("https"), { ":path": "/", host: "other.example" })).status, 400);
});

for (const protocol of ["h2c", "h2", "https"] as const) {
  test(`embedded: endpoints that speak ${protocol} are spoken to so`, async (t) => {
    const pair = await pairFor("behind.example");
    const secure = { cert: pair.certificate, key: pair.key };
    const https = createHttpsServer(secure, async (request, response) =>
      response.end(`${request.httpVersion} ${await text(request)}`),
    );
    const http2 = protocol === "h2c" ? createHttp2Server() : createSecureHttp2Server(secure);
    http2.on("stream", async (stream: ServerHttp2Stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(`2.0 ${await text(stream)}`);
    });
    const server = protocol === "https" ? https : http2;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const table = secureTable([], new Map());
    const backends = new Map([[web, backendOf(web, [portOf(server)], { protocol })]]);
    const { port, portOf: at } = await served(t, { ...table, backends });
    const version = protocol === "https" ? "1.1" : "2.0";
    const odd =
      "User-Agent: a\r\nUser-Agent: b\r\nHTTP2-Settings: AAMAAABk\r\nContent-Type: text/a\r\nContent-Type: text/b";
    const strange = await say({ port }, `GET / HTTP/1.1\r\nHost: web.example\r\n${odd}\r\nConnection: close\r\n\r\n`);
    assert.deepEqual(strange.statuses, [200]);
    const plain = await say(
      { port },
      "POST / HTTP/1.1\r\nHost: web.example\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    );
    assert.match(plain.text, new RegExp(`^HTTP/1\\.1 200 [\\s\\S]*${version} hello`));
    const got = await askHttp2(
      t,
      at("https"),
      { ":method": "POST", ":path": "/s", "content-type": "application/grpc", te: "trailers" },
      "hello",
    );
    assert.equal(got.body, `${version} hello`);
    assert.equal(got.trailers["grpc-status"], protocol === "https" ? undefined : "0");
  });
}

/** One frame of a connection's settings, or of its stream 1, which it leaves open (RFC 9113 section 4.1). */
function frame(kind: "data" | "headers" | "reset" | "settings", payload: readonly number[]): Buffer {
  const type = { data: 0, headers: 1, reset: 3, settings: 4 }[kind];
  const endsHeaders = kind === "headers" ? 4 : 0;
  return Buffer.from([
    0,
    payload.length >> 8,
    payload.length & 255,
    type,
    endsHeaders,
    0,
    0,
    0,
    kind === "settings" ? 0 : 1,
    ...payload,
  ]);
}

test("embedded, HTTP/2: a body that is broken off never looks whole to the endpoint", async (t) => {
  const { promise: seen, resolve } = Promise.withResolvers<string>();
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>();
  const backend = await endpoint(
    t,
    serving((request) => {
      request.once("data", () => begins());
      request.on("end", () => resolve("whole"));
      request.on("error", () => resolve("broken off"));
    }),
  );
  const { portOf: at } = await served(t, secureTable([backend.port], new Map()));
  const socket = await dialTls(t, at("https"), { ALPNProtocols: ["h2"] });
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(frame("settings", []));
  // :method POST, :scheme https, :path /, :authority web.example (RFC 7541 appendix A)
  socket.write(frame("headers", [0x83, 0x87, 0x84, 0x41, 11, ...Buffer.from("web.example")]));
  socket.write(frame("data", [...Buffer.from("a part")]));
  await begun;
  socket.write(frame("reset", [0, 0, 0, 8]));
  assert.equal(await seen, "broken off");
});

test("embedded: an answer that an HTTP/2 endpoint breaks off never looks whole to the client", async (t) => {
  const answer = [
    frame("settings", []),
    frame("headers", [0x88]),
    frame("data", [...Buffer.from("a part")]),
    frame("reset", [0, 0, 0, 2]),
  ];
  const backend = await endpoint(
    t,
    speaking((socket) => socket.once("data", () => socket.write(Buffer.concat(answer)))),
  );
  const table = tableOf([routeOf({ to: web })], [backendOf(web, [backend.port], { protocol: "h2c" })]);
  const { port } = await served(t, table);
  const { text: got, closed } = await say({ port }, "GET / HTTP/1.1\r\nHost: web.example\r\n\r\n");
  assert.ok(closed, got);
  assert.doesNotMatch(got, /\r\n0\r\n\r\n$/);
});

test("embedded, HTTP/2: who resets streams without end is cut off, and others are served", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const { portOf: at } = await served(t, secureTable([backend.port], new Map()));
  const session = connectHttp2(`https://127.0.0.1:${at("https")}`, { rejectUnauthorized: false });
  session.on("error", () => {});
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  session.on("close", resolve);
  const flood = (): void => {
    for (let i = 0; i < 100 && !session.closed && !session.destroyed; i += 1) {
      const stream = session.request({ ":authority": "web.example", ":path": "/" });
      stream.on("error", () => {});
      stream.close(8);
    }
    if (!session.closed && !session.destroyed) setImmediate(flood);
  };
  session.once("connect", flood);
  await closed;
  assert.equal((await askHttp2(t, at("https"), { ":path": "/" })).status, 200);
});

test("embedded: a TCP stream goes to its backend as it comes", async (t) => {
  const backend = await endpoint(t, echoing("a"));
  const stream = {
    id: "tcp/9000",
    port: 9000,
    protocol: "TCP" as const,
    backend: web,
    acceptsProxyHeader: false,
    origin,
  };
  const { portOf: at } = await served(t, tableOf([], [backendOf(web, [backend.port])], { streams: [stream] }));
  const { text: answer } = await say(
    { port: at("tcp/9000") },
    "GET /raw HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n",
  );
  assert.match(answer, /"url":"\/raw"/);
  const socket = connectTcp(at("tcp/9000"), "127.0.0.1");
  t.after(() => socket.destroy());
  await once(socket, "connect");
});
