import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createAuthority, type KeyPair } from "#os/pki.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening, validity } from "./listening.ts";

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}
interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly client?: KeyPair | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function overHttp1(
  { port, authority }: Listening,
  { method = "GET", path, client, headers = {}, body }: Asked,
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path,
      method,
      headers,
      ca: authority.certificate,
      agent: false as const,
    };
    const credentials = client === undefined ? {} : { cert: client.certificate, key: client.key };
    const request = httpsRequest({ ...options, ...credentials }, async (answer) => {
      const bytes = await buffer(answer);
      const plain = answer.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: plain.toString() });
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function overHttp2(
  { port, authority }: Listening,
  { method = "GET", path, client, headers = {}, body }: Asked,
): Promise<Told> {
  const credentials = client === undefined ? {} : { cert: client.certificate, key: client.key };
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate, ...credentials });
  try {
    const stream = session.request({ ":method": method, ":path": path, ...headers });
    const head = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      stream.on("response", resolve);
      stream.on("error", reject);
      session.on("error", reject);
    });
    stream.end(body);
    const told = await head;
    return { status: Number(told[":status"]), headers: told, text: await text(stream) };
  } finally {
    session.destroy();
  }
}

for (const [name, ask] of [
  ["HTTP/1.1", overHttp1],
  ["HTTP/2", overHttp2],
] as const) {
  test(`${name}: without a certificate only health and version are told`, async () => {
    await using server = await listening();
    for (const [path, status] of [
      ["/healthz", 200],
      ["/livez", 200],
      ["/readyz", 200],
      ["/version", 200],
      ["/api", 401],
      ["/api/v1/pods", 401],
      ["/openapi/v2", 401],
      ["/nosuch", 401],
    ] as const) {
      const told = await ask(server, { path });
      assert.equal(told.status, status, path);
      if (status === 401) assert.equal(JSON.parse(told.text).reason, "Unauthorized");
    }
  });

  test(`${name}: a certificate says who one is, if our authority has signed it`, async () => {
    await using server = await listening();
    const path = "/api/v1/namespaces";
    assert.equal((await ask(server, { path, client: server.client })).status, 200);
    const jane = await server.authority.forClient({ name: "jane", organizations: ["dev"] }, validity());
    const refused = await ask(server, { path, client: jane });
    assert.match(JSON.parse(refused.text).message, /User "jane" cannot list resource "namespaces"/);
    assert.equal((await ask(server, { path: "/api", client: jane })).status, 200);
    const stranger = await createAuthority("test-ca", validity());
    const forged = await stranger.forClient({ name: "admin", organizations: ["system:masters"] }, validity());
    assert.equal((await ask(server, { path, client: forged })).status, 401);
    const node = await server.authority.forServer(
      { name: "admin", organizations: ["system:masters"] },
      ["127.0.0.1"],
      validity(),
    );
    assert.equal((await ask(server, { path, client: node })).status, 401, "a server's certificate is no client's");
  });

  test(`${name}: a body of more than 3 MiB is refused, and the next request is answered`, async () => {
    await using server = await listening();
    const headers = { "content-type": "application/json" };
    const body = Buffer.alloc(4 << 20, "x");
    const told = await ask(server, {
      method: "POST",
      path: "/api/v1/namespaces",
      client: server.client,
      headers,
      body,
    });
    assert.deepEqual([told.status, JSON.parse(told.text).message], [413, "Request entity too large: limit is 3145728"]);
    assert.equal((await ask(server, { path: "/healthz" })).status, 200);
  });
}

for (const { name, cut } of [
  { name: "HTTP/1.1", cut: cutHttp1 },
  { name: "HTTP/2", cut: cutHttp2 },
])
  test(`${name}: a client that goes in the middle of its body has stored nothing, and the server has not failed`, async () => {
    await using api = await listening();
    cut(api, "/api/v1/namespaces/default/configmaps", "metadata:\n  name: cut\n");
    const counted = /^apiserver_request_total\{code="400",.*resource="configmaps",.*verb="POST",.*\} 1$/m;
    await eventually("the refusal", async () => counted.test((await api.served.send("GET", "/metrics")).text), {
      seconds: 20,
    });
    assert.equal((await api.served.send("GET", "/api/v1/namespaces/default/configmaps/cut")).status, 404);
  });

const yaml = "application/yaml";

function cutHttp1({ port, authority, client }: Listening, path: string, beginning: string): void {
  const connection = { host: "127.0.0.1", port, ca: authority.certificate, cert: client.certificate, key: client.key };
  const headers = { "content-type": yaml, "content-length": "500" };
  const request = httpsRequest({ ...connection, path, method: "POST", headers, agent: false });
  request.on("error", () => {}); // its own end
  request.write(beginning, () => setImmediate(() => request.destroy()));
}

function cutHttp2({ port, authority, client }: Listening, path: string, beginning: string): void {
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const session = connectHttp2(`https://127.0.0.1:${port}`, credentials);
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": yaml });
  stream.on("error", () => session.destroy()); // its own end
  stream.write(beginning, () => setImmediate(() => stream.destroy(new Error("gone"))));
}

test("a large answer is packed for those who can unpack it", async () => {
  await using server = await listening();
  const data = { a: "x".repeat(200_000) };
  await server.served.send("POST", "/api/v1/namespaces/default/configmaps", {
    body: { metadata: { name: "big" }, data },
  });
  const path = "/api/v1/namespaces/default/configmaps/big";
  const packed = await overHttp1(server, { path, client: server.client, headers: { "accept-encoding": "gzip" } });
  assert.deepEqual([packed.headers["content-encoding"], JSON.parse(packed.text).data.a.length], ["gzip", 200_000]);
  const plain = await overHttp1(server, { path, client: server.client });
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.equal(plain.text, packed.text);
});

test("HEAD tells what GET would, without the body", async () => {
  await using server = await listening();
  const told = await overHttp1(server, { method: "HEAD", path: "/api/v1/namespaces/default", client: server.client });
  assert.deepEqual([told.status, told.text], [200, ""]);
  assert.ok(Number(told.headers["content-length"]) > 0);
});

test("discovery that a client has already is not sent again", async () => {
  await using server = await listening();
  for (const path of ["/apis", "/openapi/v2", "/openapi/v3"]) {
    const first = await overHttp1(server, { path, client: server.client });
    const headers = { "if-none-match": String(first.headers.etag) };
    const second = await overHttp1(server, { path, client: server.client, headers });
    assert.deepEqual([first.status, second.status, second.text], [200, 304, ""], path);
  }
});

test("another certificate is shown from the next connection on", async () => {
  await using server = await listening();
  const other = await createAuthority("another-ca", validity());
  server.renew(await other.forServer({ name: "kube-apiserver" }, ["127.0.0.1"], validity()));
  await assert.rejects(overHttp1(server, { path: "/healthz" }), /certificate/);
  const told = await overHttp1({ ...server, authority: other }, { path: "/api/v1/namespaces", client: server.client });
  assert.equal(told.status, 200);
});

test("closing cuts what is open and frees the port", async () => {
  const server = await listening();
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, {
    ca: server.authority.certificate,
    cert: server.client.certificate,
    key: server.client.key,
  });
  session.on("error", () => {});
  const watch = session.request({ ":path": "/api/v1/namespaces?watch=true" });
  watch.on("error", () => {});
  await new Promise((resolve) => watch.once("data", resolve));
  const cut = new Promise((resolve) => session.once("close", resolve));
  await server[Symbol.asyncDispose]();
  await cut;
  const refused = await new Promise<string>((resolve) => {
    const socket = connectTcp(server.port, "127.0.0.1", () => resolve("connected"));
    socket.on("error", (fault) => resolve("code" in fault ? String(fault.code) : fault.message));
  });
  assert.equal(refused, "ECONNREFUSED");
});

test("a certificate counts until it ends, also on a connection that goes on", async () => {
  await using it = await listening();
  const brief = { from: Date.now() - 60_000, to: Date.now() + 2_500 };
  const client = await it.authority.forClient({ name: "brief", organizations: ["system:masters"] }, brief);
  const session = connectHttp2(`https://127.0.0.1:${it.port}`, {
    ca: it.authority.certificate,
    cert: client.certificate,
    key: client.key,
  });
  const ask = async (): Promise<number> => {
    const stream = session.request({ ":path": "/api/v1/nodes" });
    const status = new Promise<number>((resolve) => stream.on("response", (head) => resolve(Number(head[":status"]))));
    stream.resume();
    return status;
  };
  assert.equal(await ask(), 200);
  await eventually("its end", async () => (await ask()) === 401, { seconds: 20 });
  session.destroy();
});

test("a certificate with another use, or none of ours, is nobody's", async () => {
  await using it = await listening();
  const subject = { name: "admin", organizations: ["system:masters"] };
  const stranger = await createAuthority("test-ca", validity());
  for (const client of [
    await it.authority.forServer(subject, ["127.0.0.1"], validity()),
    await stranger.forClient(subject, validity()),
  ])
    for (const ask of [overHttp1, overHttp2])
      assert.equal((await ask(it, { path: "/api/v1/nodes", client })).status, 401);
});

for (const usages of [["client auth"], ["digital signature", "client auth"]])
  test(`who has a certificate for ${usages.join(" and ")} is known by it`, async () => {
    await using server = await listening();
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = await server.authority.forKey({
      publicKey: publicKey.export({ format: "der", type: "spki" }),
      subject: [{ type: "2.5.4.3", value: "eve" }],
      names: [],
      usages,
      validity: validity(),
    });
    const client = { certificate, key: String(privateKey.export({ format: "pem", type: "pkcs8" })) };
    for (const ask of [overHttp1, overHttp2]) {
      const told = await ask(server, { path: "/api/v1/pods", client });
      assert.equal(told.status, 403);
      assert.match(told.text, /pods is forbidden: User \\"eve\\" cannot list/);
    }
  });
