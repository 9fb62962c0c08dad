import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Certificate, RouteTable } from "#core/routes/route-table.ts";
import { mustCidr } from "#net/cidr.ts";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { freePort } from "../harness/cluster.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { said, servePlan } from "./planned-haproxy.ts";
import { backendOf, routeOf, tableOf } from "./table.ts";

const origin = { kind: "Ingress", name: "default/web", field: "spec" } as const;
const stack = new AsyncDisposableStack();
const ports = { http: 0, https: 0, proxied: 0, trusting: 0, stream: 0 };
let authority: { readonly certificate: string } | undefined;

async function listening(server: Server, where: number | string = 0): Promise<number> {
  await new Promise<void>((resolve) =>
    typeof where === "string" ? server.listen(where, resolve) : server.listen(where, "127.0.0.1", resolve),
  );
  stack.defer(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const echo = () =>
  createHttpServer((request, response) => {
    const { url, headers } = request;
    request.resume().on("end", () => response.end(JSON.stringify({ url, headers })));
  });

const certificateOf = (name: string, { certificate, key }: KeyPair): Certificate => ({
  ...{ secret: `default/${name}`, fingerprint: name, chain: certificate, key, origin },
});

/** Says whether it was sent a PROXY header, and what came behind that. Gives its socket. */
async function engineBeside(): Promise<string> {
  const detour = `/tmp/portolan-detour-${process.pid}.sock`;
  stack.defer(() => rm(detour, { force: true }));
  await listening(
    createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (head: Buffer) => {
        const isProxied = head.subarray(0, 12).toString("latin1") === "\r\n\r\n\0\r\nQUIT\n";
        socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${isProxied} ${head.subarray(28).toString("latin1")}`);
      });
    }),
    detour,
  );
  return detour;
}

before(async () => {
  if (withHaproxy.skip !== undefined) return;
  for (const name of ["http", "https", "proxied", "trusting", "stream"] as const) ports[name] = await freePort();
  const pod = await listening(echo());
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const signing = await createAuthority("test", validity);
  authority = signing;
  const certificates = new Map<string, Certificate>();
  for (const host of ["a.example", "*.b.example", "fallback.example", "passed.example"]) {
    certificates.set(
      host,
      certificateOf(host.replace("*", "any"), await signing.forServer({ name: host }, [host], validity)),
    );
  }
  const [passed, fallback] = [certificates.get("passed.example"), certificates.get("fallback.example")];
  certificates.delete("passed.example");
  certificates.delete("fallback.example");
  const tls = createTlsServer({ cert: passed?.chain, key: passed?.key }, (socket) => socket.end("passed on"));
  const [tlsPort, linePort] = [await listening(tls), await listening(createServer((socket) => socket.end("a line")))];
  const detour = await engineBeside();
  const of = { routes: "web", trusted: [], acceptsProxyHeader: false };
  const base = tableOf(
    [
      routeOf({ to: "web" }),
      routeOf({ path: "/auth", to: "web", filters: { basicAuth: { realm: "x", users: new Map() } } }),
      routeOf({ path: "/limited", to: "web", filters: { maxBodyBytes: 10 } }),
      routeOf({ path: "/https", to: "web", filters: { httpsRedirect: { status: 301 } } }),
    ].toSorted((a, b) => b.match.path.value.length - a.match.path.value.length),
    [backendOf("web", [pod]), backendOf("tls", [tlsPort]), backendOf("line", [linePort])],
  );
  const table: RouteTable = {
    ...base,
    listeners: [
      { ...of, id: "http", port: ports.http, protocol: "HTTP" },
      { ...of, id: "https", port: ports.https, protocol: "HTTPS" },
      { ...of, id: "proxied", port: ports.proxied, protocol: "HTTP", acceptsProxyHeader: true },
      {
        ...of,
        id: "trusting",
        port: ports.trusting,
        protocol: "HTTP",
        trusted: [mustCidr("127.0.0.0/8"), mustCidr("10.0.0.0/8")],
      },
    ],
    certificates: { byHost: certificates, fallback },
    passthroughs: new Map([["passed.example", { host: "passed.example", backend: "tls", origin }]]),
    streams: [
      { id: "stream", port: ports.stream, protocol: "TCP", backend: "line", acceptsProxyHeader: false, origin },
    ],
  };
  const detours = new Map([
    ["http", detour],
    ["https", detour],
  ]);
  stack.use(await servePlan(table, { detours }));
});
after(() => stack.disposeAsync());

async function tlsTo(servername: string): Promise<TLSSocket> {
  const socket = connectTls({
    port: ports.https,
    host: "127.0.0.1",
    servername,
    ca: authority?.certificate,
    rejectUnauthorized: false,
  });
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  return socket;
}

const get = (path: string, host: string, ...lines: readonly string[]) =>
  `${[`GET ${path} HTTP/1.1`, `host: ${host}`, "connection: close", ...lines].join("\r\n")}\r\n\r\n`;
const overTls = async (servername: string, request: string) => said(await tlsTo(servername), request);
const plainly = (port: number, request: string) => said(connect(port, "127.0.0.1"), request);

test("the certificate is that of the name, of its wildcard, or the one for everybody else", withHaproxy, async () => {
  const shown: string[] = [];
  for (const name of ["a.example", "x.b.example", "x.y.b.example", "else.example"]) {
    const socket = await tlsTo(name);
    shown.push(`${socket.getPeerCertificate().subject.CN}`);
    socket.destroy();
  }
  assert.deepEqual(shown, ["a.example", "*.b.example", "fallback.example", "fallback.example"]);
});

test("backends are told of TLS, and a redirect to https leads to the port of the listener", withHaproxy, async () => {
  assert.match(await overTls("a.example", get("/https", "a.example")), /200 OK[\s\S]*"x-forwarded-proto":"https"/);
  assert.match(
    await plainly(ports.http, get("/https?x", "A.example:1")),
    new RegExp(`^HTTP/1.1 301[\\s\\S]*location: https://a.example:${ports.https}/https\\?x\r\n`),
  );
});

test(
  "a host whose certificate is another one is misdirected; hosts of one certificate aren't",
  withHaproxy,
  async () => {
    const status = async (servername: string, host: string) => (await overTls(servername, get("/", host))).slice(9, 12);
    assert.equal(await status("a.example", "x.b.example"), "421");
    assert.equal(await status("else.example", "a.example"), "421");
    assert.equal(await status("x.b.example", "y.b.example"), "200");
    assert.equal(await status("a.example", "else.example"), "200");
  },
);

test("TLS is passed on as it comes where a host asks for that", withHaproxy, async () => {
  const socket = await tlsTo("passed.example");
  assert.equal(socket.getPeerCertificate().subject.CN, "passed.example");
  assert.equal(await text(socket), "passed on");
});

test("a stream is passed on", withHaproxy, async () => {
  assert.equal(await plainly(ports.stream, ""), "a line");
});

test(
  "what HAProxy can't do goes to the engine beside it as the client sent it, with the client's address",
  withHaproxy,
  async () => {
    const answer = await plainly(ports.http, get("/auth", "a", "x-forwarded-for: 1.2.3.4"));
    assert.match(answer, /true GET \/auth HTTP\/1.1\r\n[\s\S]*x-forwarded-for: 1.2.3.4\r\n/);
    assert.doesNotMatch(answer, /x-real-ip/);
    const chunked = get("/limited", "a", "transfer-encoding: chunked").replace("GET", "POST");
    assert.match(await plainly(ports.http, `${chunked}1\r\nx\r\n0\r\n\r\n`), /true POST \/limited/);
  },
);

test("HTTP/2 bodies whose length nobody said go there too", withHaproxy, async () => {
  const session = connectHttp2(`https://127.0.0.1:${ports.https}`, {
    servername: "a.example",
    rejectUnauthorized: false,
  });
  const stream = session.request({ ":path": "/limited", ":authority": "a.example", ":method": "POST" });
  stream.end("0123456789 and more");
  assert.match(await text(stream), /^true .*POST \/limited[\s\S]*0123456789 and more/);
  session.destroy();
});

test("a PROXY header says who the client is, and who sends none is closed", withHaproxy, async () => {
  assert.match(
    await plainly(ports.proxied, `PROXY TCP4 9.8.7.6 1.1.1.1 5 80\r\n${get("/", "a")}`),
    /"x-real-ip":"9.8.7.6"/,
  );
  await assert.rejects(plainly(ports.proxied, get("/", "a")), { code: "ECONNRESET" });
});

test("peers that are believed say who the client is", withHaproxy, async () => {
  const answer = await plainly(
    ports.trusting,
    get("/", "a", "x-forwarded-for: 9.9.9.9, 1.2.3.4, 10.0.0.7", "x-forwarded-proto: https"),
  );
  assert.match(answer, /"x-real-ip":"1.2.3.4"/);
  assert.match(answer, /"x-forwarded-for":"9.9.9.9, 1.2.3.4, 10.0.0.7, 127.0.0.1"/);
  assert.match(answer, /"x-forwarded-proto":"https"/);
});

test("a WebSocket is asked for, and nothing else", withHaproxy, async () => {
  const asked = (upgrade: string) =>
    new Promise<string>((resolve, reject) => {
      const lines = [
        "connection: upgrade",
        `upgrade: ${upgrade}`,
        "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
      ];
      let heard = "";
      const socket = connect(
        ports.http,
        "127.0.0.1",
        () => void socket.write(`${["GET / HTTP/1.1", "host: a", ...lines].join("\r\n")}\r\n\r\n`),
      );
      socket.on("error", reject).on("data", (piece) => {
        heard += piece;
        if (!heard.endsWith("}}")) return;
        resolve(heard);
        socket.destroy();
      });
    });
  assert.match(await asked("websocket"), /"connection":"upgrade"[\s\S]*"upgrade":"websocket"/);
  assert.doesNotMatch(await asked("h2c"), /upgrade/);
});
