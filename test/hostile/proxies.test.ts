import assert from "node:assert/strict";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { connect } from "node:tls";
import { listen } from "#server/connections/listen.ts";
import { asRoot } from "../cluster/as-root.ts";
import { validity } from "../server/listening.ts";
import { address, ask, core, proxyStage, type Stage, through } from "../server/proxy-stage.ts";

suite("what the API's proxies are asked to do", asRoot, () => {
  let stage: Stage;
  /** What the application behind the Service `web` has seen, by path. */
  const seen: { readonly url: string; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[] =
    [];
  before(async () => {
    stage = await proxyStage();
    const port = await stage.serves(async (request, response) => {
      seen.push({ url: request.url ?? "", headers: request.headers, body: await text(request) });
      response.writeHead(200, {
        "set-cookie": "session=1",
        "access-control-allow-origin": "*",
        connection: "x-of-connection",
        "x-of-connection": "1",
      });
      response.end("seen");
    });
    await stage.behind("web", port);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  const podAt = async (name: string, at: string): Promise<void> => {
    await stage.make(`${core}/pods`, { metadata: { name }, spec: { containers: [{ name: "main", image: "i" }] } });
    await stage.tell(`${core}/pods/${name}`, { podIP: at, podIPs: [{ ip: at }] });
  };
  const nodeAt = async (name: string, at: string, port = 10250): Promise<void> => {
    await stage.make("/api/v1/nodes", { metadata: { name } });
    const addresses = [{ type: "InternalIP", address: at }];
    await stage.tell(`/api/v1/nodes/${name}`, { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } });
  };
  const get = (path: string) => stage.server.served.send("GET", path);

  for (const [number, at] of Object.entries([
    "127.0.0.1",
    "::1",
    "0.0.0.0",
    "::",
    "169.254.169.254",
    "fe80::1",
    "fd00:ec2::254",
    "224.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "10.96.0.1",
    "2130706433",
    "0177.0.0.1",
    "127.1",
    "localhost",
  ]))
    test(`66: a node that says it is at ${at}`, async () => {
      const name = `at-${number}`;
      await nodeAt(name, at);
      for (const path of [`/api/v1/nodes/${name}/proxy/`, `/api/v1/nodes/${name}:80/proxy/`]) {
        const told = await get(path);
        assert.deepEqual([told.status, told.at("message")], [400, "address not allowed"], path);
      }
    });

  for (const [number, at] of Object.entries(["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "10.96.0.1"]))
    test(`66: a pod that says it is at ${at}, and a Service before it`, async () => {
      const name = `pod-${number}`;
      await podAt(name, at);
      const told = await get(`${core}/pods/${name}:80/proxy/`);
      assert.deepEqual([told.status, told.at("message")], [400, "address not allowed"]);
    });

  test("66: the API's own listeners, by each of their addresses", async () => {
    const { authority, served } = stage.server;
    const serving = await authority.forServer({ name: "kube-apiserver" }, [address], validity());
    const clientCa = authority.certificate;
    const own = await listen(served.server, { address, port: 0, serving, clientCa });
    const all = await listen(served.server, { address: "0.0.0.0", port: 0, serving, clientCa });
    await podAt("self", address);
    await nodeAt("self", address, own.port);
    for (const path of [
      `${core}/pods/https:self:${own.port}/proxy/api`,
      `${core}/pods/https:self:${all.port}/proxy/api`,
      `/api/v1/nodes/https:self:${all.port}/proxy/api`,
      "/api/v1/nodes/self/proxy/api",
      `${core}/pods/self:${own.port}/proxy/api`,
    ]) {
      const told = await get(path);
      assert.deepEqual([told.status, told.at("message")], [400, "address not allowed"], path);
    }
    await own.close();
    await all.close();
  });

  test("67: a name is never resolved, neither the first time nor the second", async () => {
    await stage.make(`${core}/services`, {
      metadata: { name: "outside" },
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ name: "http", port: 80 }] },
    });
    await stage.make("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
      metadata: { name: "outside", labels: { "kubernetes.io/service-name": "outside" } },
      addressType: "FQDN",
      ports: [{ name: "http", port: 80 }],
      endpoints: [{ addresses: ["rebind.example.com"], targetRef: { kind: "Pod", namespace: "default", name: "web" } }],
    });
    const told = await get(through("outside"));
    assert.deepEqual([told.status, told.at("reason")], [503, "ServiceUnavailable"]);
    await stage.make("/api/v1/nodes", { metadata: { name: "named" } });
    await stage.tell("/api/v1/nodes/named", { addresses: [{ type: "Hostname", address: "localhost" }] });
    assert.equal((await get("/api/v1/nodes/named:80/proxy/")).status, 500);
  });

  test("67: endpoints that are no pods of the namespace, or that their pods have left, are not dialled", async () => {
    const endpoints = [
      { addresses: [address] },
      { addresses: [address], targetRef: { kind: "Pod", namespace: "other", name: "web" } },
      { addresses: [address], targetRef: { kind: "Node", name: "web" } },
      { addresses: ["192.0.2.77"], targetRef: { kind: "Pod", namespace: "default", name: "web" } },
      { addresses: [address], targetRef: { kind: "Pod", namespace: "default", name: "gone" } },
      {
        addresses: [address],
        targetRef: { kind: "Pod", namespace: "default", name: "web" },
        conditions: { ready: false },
      },
    ];
    await stage.make(`${core}/services`, { metadata: { name: "lies" }, spec: { ports: [{ name: "http", port: 80 }] } });
    await stage.make("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
      metadata: { name: "lies", labels: { "kubernetes.io/service-name": "lies" } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 80 }],
      endpoints,
    });
    const told = await get(through("lies"));
    assert.equal(told.status, 503);
    assert.match(String(told.at("message")), /^no endpoints available for service "lies/);
  });

  /** Sends text on a connection of its own, and gives what comes back until it ends. */
  const onWire = (sent: string): Promise<string> => {
    const { port, authority, client } = stage.server;
    const socket = connect({
      host: "127.0.0.1",
      port,
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
      servername: "localhost",
    });
    socket.write(sent);
    return text(socket);
  };
  const upgrading = (name: string): string =>
    `GET ${through(name, "/up")} HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

  for (const [name, answer, told] of [
    [
      "moved",
      "302 Found\r\nLocation: http://169.254.169.254/",
      /^HTTP\/1\.1 500 .*invalid upgrade response: status code 302/s,
    ],
    ["plain", "200 OK", /^HTTP\/1\.1 200 OK\r\n(?=.*connection: close\r\n).*\r\n\r\nbody$/s],
    ["refusing", "403 Forbidden", /^HTTP\/1\.1 403 Forbidden\r\n(?=.*connection: close\r\n).*\r\n\r\nbody$/s],
    ["half", "101 Switching Protocols", /^HTTP\/1\.1 50[03] /s],
  ] as const)
    test(`68: an upgrade that is answered by ${answer.split("\r")[0]}, with another request right behind it`, async () => {
      let received = "";
      const port = await stage.servesBytes((socket: Socket) => {
        socket.on("error", () => undefined);
        socket.on("data", (chunk) => {
          const isFirst = received === "";
          received += chunk;
          if (isFirst) socket.write(`HTTP/1.1 ${answer}\r\nContent-Length: 4\r\n\r\nbody`);
        });
      });
      await stage.behind(name, port);
      assert.match(await onWire(upgrading(name) + smuggled), told);
      assert.match(received, /^GET \/up HTTP\/1\.1\r\n/);
      assert.doesNotMatch(received, /smuggled/);
    });

  test("68: what a client sends ahead reaches the target once that has agreed", async () => {
    const port = await stage.servesBytes((socket: Socket) => {
      socket.on("error", () => undefined);
      let received = "";
      socket.on("data", (chunk) => {
        received += chunk;
        if (received.endsWith(smuggled)) socket.end("had it");
        else if (received.endsWith("\r\n\r\n"))
          socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      });
    });
    await stage.behind("agreeing", port);
    assert.match(await onWire(upgrading("agreeing") + smuggled), /^HTTP\/1\.1 101 .*had it$/s);
  });

  test("69: a node's agent must be that node's: neither the API's certificate nor another agent's will do", async () => {
    let asked = 0;
    const respond = (): void => {
      asked++;
    };
    const { forAgent, servesTls } = stage;
    const other = await servesTls(respond, await forAgent("other"));
    const api = await servesTls(respond, await stage.forServer("kube-apiserver"));
    for (const [name, port, says] of [
      ["n1", other, /it shows the certificate of "system:node:other"/],
      ["n2", api, /it shows the certificate of "kube-apiserver"/],
    ] as const) {
      await nodeAt(name, address, port);
      const told = await get(`/api/v1/nodes/${name}/proxy/pods`);
      assert.equal(told.status, 503);
      assert.match(String(told.at("message")), says);
    }
    assert.equal(asked, 0);
  });

  test("69: the server's certificate is shown to agents alone", async () => {
    const shown: unknown[] = [];
    const { certificate: cert, key } = await stage.forAgent("n3");
    const server = createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const { socket } = request;
      shown.push(
        "getPeerCertificate" in socket &&
          typeof socket.getPeerCertificate === "function" &&
          socket.getPeerCertificate().subject?.CN,
      );
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const bound = server.address();
    assert.ok(typeof bound === "object" && bound !== null);
    await stage.behind("secure", bound.port);
    await nodeAt("n3", address, bound.port);
    await nodeAt("n4", address, 1);
    for (const path of [
      `${core}/services/https:secure:http/proxy/`,
      `${core}/pods/https:secure:/proxy/`,
      `/api/v1/nodes/https:n4:${bound.port}/proxy/`,
      "/api/v1/nodes/n3/proxy/",
    ])
      assert.equal((await ask(stage.server, { path })).status, 200, path);
    assert.deepEqual(shown, [undefined, undefined, undefined, "kube-apiserver-kubelet-client"]);
    server.closeAllConnections();
    server.close();
  });

  for (const path of [
    "/..",
    "/../..",
    "/%2e%2E/secrets",
    "/a/..%2f..%2fb",
    "/a%5c..%5cb",
    "/%0d%0aX:y",
    "/a%00",
    "/%",
    "/a#b",
  ])
    test(`70: the path ${path}`, async () => {
      const before = seen.length;
      const told = await get(through("web", path));
      assert.deepEqual([told.status, told.at("reason")], [400, "BadRequest"]);
      assert.equal(seen.length, before);
    });

  for (const path of [
    "//evil.example/x",
    "///",
    "/a//b/",
    "/a%2Fb",
    "/%3f",
    "/http://evil.example/",
    "/@evil.example",
    "/;x=../y",
  ])
    test(`70: the path ${path} goes on as it is, to the Service`, async () => {
      assert.equal((await ask(stage.server, { path: through("web", path) })).text, "seen");
      assert.equal(seen.at(-1)?.url, path);
    });

  for (const [name, head] of [
    ["a line end in the path", `GET ${through("web", "/a\r\nX-Injected: 1\r\n")} HTTP/1.1\r\nHost: api`],
    ["a target of another host", `GET http://evil.example${through("web")} HTTP/1.1\r\nHost: api`],
    ["two lengths", `POST ${through("web")} HTTP/1.1\r\nHost: api\r\nContent-Length: 0\r\nContent-Length: 5`],
    [
      "a length beside chunks",
      `POST ${through("web")} HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\nTransfer-Encoding: chunked`,
    ],
  ] as const)
    test(`70: ${name}`, async () => {
      const before = seen.length;
      assert.match(await onWire(`${head}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 400 /);
      assert.equal(seen.length, before);
    });

  test("70: of two hosts one goes on", async () => {
    const told = await onWire(
      `GET ${through("web", "/hosts")} HTTP/1.1\r\nHost: api\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    assert.match(told, /^HTTP\/1\.1 200 /);
    assert.deepEqual([seen.at(-1)?.url, seen.at(-1)?.headers.host], ["/hosts", "api"]);
  });

  test("70: another Host changes what the application is told, and not who is asked", async () => {
    const told = await ask(stage.server, { path: through("web", "/host"), headers: { host: "169.254.169.254" } });
    assert.equal(told.text, "seen");
    assert.deepEqual([seen.at(-1)?.url, seen.at(-1)?.headers.host], ["/host", "169.254.169.254"]);
  });

  test("70: what shows who a user is, and what belongs to one connection, stays here, in both directions", async () => {
    const headers = {
      authorization: "Bearer secret",
      cookie: "session=secret",
      "impersonate-user": "root",
      "impersonate-group": "system:masters",
      "x-remote-user": "root",
      "proxy-authorization": "Basic secret",
      connection: "x-named",
      "x-named": "1",
      te: "trailers",
      "x-own": "1",
    };
    const told = await ask(stage.server, { path: through("web", "/own"), headers });
    const passed = Object.keys(seen.at(-1)?.headers ?? {});
    assert.deepEqual(
      Object.keys(headers).filter((name) => name !== "connection" && passed.includes(name)),
      ["x-own"],
    );
    assert.equal(seen.at(-1)?.headers.connection, "keep-alive");
    for (const name of ["set-cookie", "access-control-allow-origin", "x-of-connection"])
      assert.equal(told.headers[name], undefined, name);
  });

  test("70: a body in chunks is one body, whatever the method", async () => {
    for (const method of ["GET", "DELETE", "OPTIONS", "POST"]) {
      const before = seen.length;
      const head = `${method} ${through("web", "/chunks")} HTTP/1.1\r\nHost: api\r\nConnection: close\r\nTransfer-Encoding: chunked`;
      await onWire(`${head}\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`);
      assert.deepEqual(
        seen.slice(before).map(({ url, body }) => [url, body]),
        [["/chunks", smuggled]],
        method,
      );
    }
  });
});
