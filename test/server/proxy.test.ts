import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { buffer } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { WebSocket } from "ws";
import { asRoot } from "../cluster/as-root.ts";
import { eventually } from "../harness/eventually.ts";
import { wireTo } from "../hostile/over-tls.ts";
import { address, ask, core, proxyStage, type Stage, through } from "./proxy-stage.ts";
import { serve } from "./served.ts";

const page = '<a href="/x">x</a><script>"/x"</script>';

/** Tells what reached it; `/page` is HTML, `/moved` leads elsewhere, `/bytes` is 8 MiB, and `/hang` never ends. */
function respond(request: IncomingMessage, response: ServerResponse): void {
  const { method, url = "", headers } = request;
  const [path] = url.split("?");
  switch (path) {
    case "/page":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
      return;
    case "/packed":
      response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }).end(gzipSync(page));
      return;
    case "/moved":
      response.writeHead(302, { location: "/y?z", "content-type": "text/html" }).end(page);
      return;
    case "/bytes":
      response.end(Buffer.alloc(8 << 20, "portolan"));
      return;
    case "/count":
      counted(request, response);
      return;
    case "/hang":
      hanging++;
      response.on("close", () => hanging--);
      if (url.endsWith("?begun")) response.write("begun");
      return;
    default:
      response.setHeader("content-type", "application/json");
      buffer(request).then((body) => response.end(JSON.stringify({ method, url, headers, body: String(body) })));
  }
}

let hanging = 0;

function counted(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on("end", () => response.end(String(bytes)));
}

suite("proxies of the API", asRoot, () => {
  let stage: Stage;
  let port: number;
  before(async () => {
    stage = await proxyStage();
    port = await stage.serves(respond);
    await stage.behind("web", port);
    await stage.behind("dead", 9);
    await stage.make(`${core}/services`, {
      metadata: { name: "alone" },
      spec: { ports: [{ name: "http", port: 80 }] },
    });
    const shown = await stage.forAgent("n1");
    const agent = await stage.servesTls(respond, shown);
    await stage.behind("safe", await stage.servesTls(respond, shown));
    await stage.make("/api/v1/nodes", { metadata: { name: "n1" } });
    await stage.tell("/api/v1/nodes/n1", {
      addresses: [{ type: "InternalIP", address }],
      daemonEndpoints: { kubeletEndpoint: { Port: agent } },
    });
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("every method reaches a Service with its path, query, headers and body, and so does its answer", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const body = method === "GET" || method === "OPTIONS" ? undefined : "a body";
      const path = through("web", "/a//b%2Fc/%20?x=%2F&path=/y");
      const told = await ask(stage.server, {
        method,
        path,
        headers: { "x-own": "1", accept: "text/css" },
        ...(body && { body }),
      });
      const seen = JSON.parse(told.text);
      assert.deepEqual(
        [told.status, seen.method, seen.url, seen.body, seen.headers["x-own"], seen.headers.accept],
        [200, method, "/a//b%2Fc/%20?x=%2F&path=/y", body ?? "", "1", "text/css"],
      );
    }
    const head = await ask(stage.server, { method: "HEAD", path: through("web", "/bytes") });
    assert.deepEqual([head.status, head.text], [200, ""]);
  });

  test("what a Service learns of the way of a request", async () => {
    const seen = JSON.parse(
      (await ask(stage.server, { path: through("web", "/a?b"), headers: { host: "h.example" } })).text,
    );
    const { "x-forwarded-for": peer, "x-forwarded-host": host, "x-forwarded-uri": uri } = seen.headers;
    assert.deepEqual(
      [peer, host, uri, seen.headers["x-forwarded-proto"], seen.headers.host],
      ["127.0.0.1", "h.example", through("web", "/a"), "https", "h.example"],
    );
  });

  const ways = () => [
    `${core}/services/web:http/proxy/`,
    `${core}/services/web:80/proxy/`,
    `${core}/services/http:web:http/proxy/`,
    `${core}/services/https:safe:http/proxy/`,
    `${core}/pods/web/proxy/`,
    `${core}/pods/web:web/proxy/`,
    `${core}/pods/web:${port}/proxy/`,
    `${core}/pods/https:safe:/proxy/`,
    `/api/v1/nodes/n1/proxy/`,
    `/api/v1/nodes/n1:${port}/proxy/`,
    `/api/v1/proxy/namespaces/default/services/web:http/`,
    `/api/v1/proxy/namespaces/default/pods/web/`,
    `/api/v1/proxy/nodes/n1/`,
  ];
  test("Services, pods and nodes are named in every way that Kubernetes knows, over either version of HTTP", async () => {
    const wire = wireTo(stage.server);
    for (const way of ways()) {
      const told = await ask(stage.server, { path: `${way}z?q` });
      assert.deepEqual([told.status, JSON.parse(told.text).url], [200, "/z?q"], `${way}: ${told.text}`);
      const again = await wire.send("POST", `${way}z`, { body: "b" });
      assert.deepEqual([again.status, again.at("method"), again.at("body")], [200, "POST", "b"], way);
    }
    wire.session.destroy();
  });

  test("the old paths say which ones replaced them", async () => {
    const told = await ask(stage.server, { path: "/api/v1/proxy/namespaces/default/services/web:http/page" });
    assert.equal(
      told.headers.warning,
      `299 - "/api/v1/proxy/namespaces/default/services/web:http/ was removed in Kubernetes v1.10, and is served for old clients; use ${through("web")}"`,
    );
    assert.match(told.text, /href="\/api\/v1\/proxy\/namespaces\/default\/services\/web:http\/x"/);
  });

  const refusals: readonly (readonly [path: string, code: number, message: string])[] = [
    [`${core}/services/none:http/proxy/`, 404, 'services "none" not found'],
    [`${core}/services/alone:http/proxy/`, 503, 'no endpoints available for service "alone"'],
    [`${core}/services/web:81/proxy/`, 503, 'no service port 81 found for service "web"'],
    [`${core}/services/web:none/proxy/`, 503, 'no endpoints available for service "web:none"'],
    [`${core}/services/web/proxy/`, 503, 'no endpoints available for service "web"'],
    [`${core}/services/ftp:web:http/proxy/`, 400, 'invalid service request "ftp:web:http"'],
    [`${core}/services/a:b:c:d/proxy/`, 400, 'invalid service request "a:b:c:d"'],
    [through("dead"), 503, `error trying to reach service: dial tcp ${address}:9: connect: connection refused`],
    [`${core}/pods/none/proxy/`, 404, 'pods "none" not found'],
    [`${core}/pods/web:none/proxy/`, 400, 'pod "web" has no port "none"'],
    ["/api/v1/nodes/none/proxy/", 404, 'nodes "none" not found'],
    ["/api/v1/proxy/namespaces/default/services/none/", 404, 'services "none" not found'],
    ["/api/v1/proxy/namespaces/default/secrets/none", 404, "the server could not find the requested resource"],
  ];
  for (const [path, code, message] of refusals)
    test(`refused: ${path}`, async () => {
      const told = await stage.server.served.send("GET", path);
      assert.deepEqual([told.status, told.at("message")], [code, message]);
    });

  test("a plain answer to a handshake is a failure that is told", async () => {
    const told = await ask(stage.server, { path: `${core}/services/https:web:http/proxy/` });
    assert.match(told.text, /error trying to reach service: /);
    assert.equal(told.status, 503);
  });

  test("a target without the slash at its end is asked for with one", async () => {
    const told = await ask(stage.server, { path: `${through("web", "")}?a=b` });
    assert.deepEqual([told.status, told.headers.location], [301, `${through("web")}?a=b`]);
  });

  test("links of pages and redirects lead through the proxy, packed or not", async () => {
    const linked = page.replace('"/x">', `"${through("web", "/x")}">`);
    assert.equal((await ask(stage.server, { path: through("web", "/page") })).text, linked);
    const packed = await fetchBytes(through("web", "/packed"), { "accept-encoding": "gzip" });
    assert.equal(String(gunzipSync(packed)), linked);
    const moved = await ask(stage.server, { path: through("web", "/moved") });
    assert.deepEqual([moved.status, moved.headers.location, moved.text], [302, through("web", "/y?z"), page]);
  });

  const fetchBytes = (path: string, headers: Readonly<Record<string, string>>): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const { port, authority, client } = stage.server;
      const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
      httpsRequest({ host: "127.0.0.1", port, path, headers, agent: false, ...credentials }, (answer) =>
        buffer(answer).then(resolve, reject),
      ).end();
    });

  test("bodies may be longer than any object, both ways and over either version of HTTP", async () => {
    const body = Buffer.alloc(8 << 20, "x");
    const wire = wireTo(stage.server);
    assert.equal((await ask(stage.server, { method: "POST", path: through("web", "/count"), body })).text, "8388608");
    assert.equal((await wire.send("PUT", through("web", "/count"), { body })).text, "8388608");
    assert.equal((await ask(stage.server, { path: through("web", "/bytes") })).text.length, 8 << 20);
    assert.equal((await wire.send("GET", through("web", "/bytes"))).text.length, 8 << 20);
    const refused = await ask(stage.server, { method: "POST", path: through("dead"), body });
    assert.equal(refused.status, 503);
    wire.session.destroy();
  });

  for (const path of ["/hang", "/hang?begun"])
    test(`a client that goes away is not waited for: ${path}`, async () => {
      const { port, authority, client } = stage.server;
      const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
      const asked = httpsRequest({ host: "127.0.0.1", port, path: through("web", path), agent: false, ...credentials });
      asked.on("error", () => undefined).end();
      await eventually("the target is asked", () => hanging === 1, { seconds: 10 });
      asked.destroy();
      await eventually("the target is left", () => hanging === 0, { seconds: 10 });
    });

  test("a WebSocket goes through, with its query and its protocol", async () => {
    const { WebSocketServer } = await import("ws");
    const sockets = new WebSocketServer({ host: address, port: 0 });
    await new Promise((resolve) => sockets.once("listening", resolve));
    const bound = sockets.address();
    assert.ok(typeof bound === "object" && bound !== null);
    let url = "";
    sockets.on("connection", (socket, request) => {
      url = request.url ?? "";
      socket.on("message", (said, isBinary) => socket.send(said, { binary: isBinary }));
    });
    await stage.behind("sockets", bound.port);
    const { port, authority, client } = stage.server;
    const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
    const token = "base64url.bearer.authorization.k8s.io.c2VjcmV0";
    const one = new WebSocket(`wss://127.0.0.1:${port}${through("sockets", "/ws?a=b")}`, ["chat", token], credentials);
    const said = new Promise((resolve, reject) =>
      one.once("message", (data) => resolve(String(data))).once("error", reject),
    );
    one.once("open", () => one.send("hello"));
    assert.deepEqual([await said, url, one.protocol], ["hello", "/ws?a=b", "chat"]);
    one.close();
    await new Promise((resolve) => one.once("close", resolve));
    sockets.close();
  });

  test("who may not use proxies is refused, by the old paths too, and a HEAD is a reading", async () => {
    const identity = { user: "jane", groups: ["system:authenticated"] };
    for (const path of [through("web"), "/api/v1/proxy/namespaces/default/services/web:http/"]) {
      const told = await stage.server.served.send("HEAD", path, { identity });
      assert.equal(told.status, 403);
      assert.match(
        String(told.at("message")),
        /^services "web:http" is forbidden: User "jane" cannot get resource "services\/proxy" in API group "" in the namespace "default"/,
      );
    }
  });

  test("the old paths can be switched off", async () => {
    await using served = await serve({ legacyProxyPaths: false });
    const told = await served.send("GET", "/api/v1/proxy/namespaces/default/services/web:http/");
    assert.deepEqual([told.status, told.at("message")], [404, "the server could not find the requested resource"]);
  });
});
