import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type Server } from "node:net";
import { describe, test } from "node:test";
import type { Probe } from "#api/core/pod/probe.ts";
import { containerOf, probeOf } from "#core/pods/specimens.ts";
import { probeOnce } from "./probe.ts";

/** What `probe` gives for the port that `server` listens on: `passed`, or what the event tells, with PORT for the number. */
async function outcome(server: Server, probe: (port: number) => Partial<Probe>): Promise<string> {
  const connections = new Set<net.Socket>();
  server.on("connection", (connection: net.Socket) => connections.add(connection));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  try {
    return await told(probeOf(probe(port)), port);
  } finally {
    for (const connection of connections) connection.destroy();
    server.close();
  }
}

async function told(probe: Probe, port: number): Promise<string> {
  const container = containerOf("web", { ports: [{ name: "http", containerPort: port, protocol: "TCP" }] });
  const exec = async () => ({ exitCode: 0, output: "" });
  const { passed, output } = await probeOnce(
    probe,
    { container, address: "127.0.0.1", exec },
    new AbortController().signal,
  );
  return passed ? "passed" : output.replaceAll(String(port), "PORT");
}

const silent = (): Server => net.createServer((connection) => connection.resume());
/** A port that nobody listens on: it was somebody's a moment ago. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  server.close();
  await once(server, "close");
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

describe("httpGet", () => {
  const answering = (status: number): Server =>
    http.createServer((request, response) => response.writeHead(request.url === "/well" ? status : 500).end());
  const get = (port: number): Partial<Probe> => ({ httpGet: { path: "/well", port, scheme: "HTTP" } });
  const rows = [
    [200, "passed"],
    [302, "passed"],
    [399, "passed"],
    [404, "HTTP probe failed with statuscode: 404"],
    [503, "HTTP probe failed with statuscode: 503"],
  ] as const;
  for (const [status, expected] of rows)
    test(`${status}: ${expected}`, async () => assert.equal(await outcome(answering(status), get), expected));

  test("a port by its name", async () =>
    assert.equal(
      await outcome(answering(200), () => get(0) && { httpGet: { path: "/well", port: "http", scheme: "HTTP" } }),
      "passed",
    ));
  test("no answer in time", async () =>
    assert.equal(
      await outcome(silent(), get),
      'Get "http://127.0.0.1:PORT/well": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ));
});

describe("tcpSocket", () => {
  test("somebody listens", async () =>
    assert.equal(await outcome(silent(), (port) => ({ tcpSocket: { port } })), "passed"));
  test("nobody listens", async () => {
    const port = await closedPort();
    assert.match(
      await told(probeOf({ tcpSocket: { port } }), port),
      /^dial tcp 127\.0\.0\.1:PORT: connect: .*ECONNREFUSED/,
    );
  });
});

describe("grpc", () => {
  interface Health {
    readonly code?: string;
    /** The bytes of a HealthCheckResponse, in hexadecimal. */
    readonly message?: string;
  }
  const asked: string[] = [];
  const serving = ({ code = "0", message = "0801" }: Health): Server => {
    const bytes = Buffer.from(message, "hex");
    return http2.createServer((request, response) => {
      request.on("data", (piece: Buffer) => asked.push(`${request.url} ${piece.toString("hex")}`));
      response.writeHead(200, { "content-type": "application/grpc" });
      response.addTrailers({ "grpc-status": code });
      response.end(code === "0" ? Buffer.concat([Buffer.from([0, 0, 0, 0, bytes.length]), bytes]) : "");
    });
  };
  const rows: readonly (readonly [string, Health, string])[] = [
    ["it serves", {}, "passed"],
    ["it doesn't", { message: "0802" }, 'service unhealthy (responded with "NOT_SERVING")'],
    ["it doesn't know", { message: "" }, 'service unhealthy (responded with "UNKNOWN")'],
    ["no such service", { code: "5" }, "error: health rpc probe failed: status code 5"],
    [
      "no health protocol",
      { code: "12" },
      "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)",
    ],
  ];
  for (const [name, health, expected] of rows)
    test(name, async () => assert.equal(await outcome(serving(health), (port) => ({ grpc: { port } })), expected));

  test("a service is asked for by its name", async () => {
    asked.length = 0;
    await outcome(serving({}), (port) => ({ grpc: { port, service: "shop" } }));
    assert.deepEqual(asked, ["/grpc.health.v1.Health/Check 00000000060a0473686f70"]);
  });
  test("no answer in time", async () =>
    assert.match(await outcome(silent(), (port) => ({ grpc: { port } })), /^timeout: .* within 1s$/));
  test("nobody listens", async () => {
    const port = await closedPort();
    assert.match(
      await told(probeOf({ grpc: { port } }), port),
      /^error: failed to connect service at "127\.0\.0\.1:PORT": .*ECONNREFUSED/,
    );
  });
});
