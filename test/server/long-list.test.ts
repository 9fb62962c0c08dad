import assert from "node:assert/strict";
import { connect } from "node:http2";
import { request as httpsRequest } from "node:https";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Identity } from "#core/access/identity.ts";
import { openEnvelope, protobufMediaType } from "#machinery/envelope.ts";
import { heldBody } from "#server/exchange.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "./listening.ts";
import { administrator, partOf, type Served, serve } from "./served.ts";

const collection = "/api/v1/namespaces/default/configmaps";
const count = 300;
const names = Array.from({ length: count }, (_, i) => `n${String(i).padStart(3, "0")}`);

/** So many objects of 4 KiB that a list of them is sent in pieces. */
async function fill({ send }: Served): Promise<void> {
  const body = (name: string) => ({ metadata: { name }, data: { of: name, filler: "x".repeat(4096) } });
  await Promise.all(names.map((name) => send("POST", collection, { body: body(name) })));
}

const as = (what: string): string => `application/json;as=${what};g=meta.k8s.io;v=v1`;
const jsonForms = {
  "application/json": ["items", "metadata"],
  [as("PartialObjectMetadataList")]: ["items", "metadata"],
  [as("Table")]: ["rows", "object", "metadata"],
} as const;

/** The answer over HTTP/1.1, packed or not. */
function overHttp1({ port, authority, client }: Listening, headers: Readonly<Record<string, string>>): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
    const options = { host: "127.0.0.1", port, path: collection, headers, agent: false as const, ...credentials };
    const request = httpsRequest(options, async (answer) => {
      const bytes = await buffer(answer);
      resolve(answer.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes);
    });
    request.on("error", reject);
    request.end();
  });
}

test("a long list is whole in every form of JSON, packed and not", async () => {
  await using server = await listening();
  await fill(server.served);
  for (const [accept, [place, ...steps]] of Object.entries(jsonForms)) {
    for (const encoding of ["gzip", "identity"]) {
      const told: unknown = JSON.parse(String(await overHttp1(server, { accept, "accept-encoding": encoding })));
      const seen = names.map((_, i) => partOf(told, [place, i, ...steps, "name"]));
      assert.deepEqual(seen, names, `${accept} ${encoding}`);
      assert.equal(partOf(told, [place, count]), undefined);
    }
  }
});

test("a long list in protobuf is the message that it says it is", async () => {
  await using server = await listening();
  await fill(server.served);
  const form = `${protobufMediaType};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
  for (const [accept, kind] of [
    [protobufMediaType, "ConfigMapList"],
    [form, "PartialObjectMetadataList"],
  ] as const) {
    const envelope = openEnvelope(await overHttp1(server, { accept }));
    assert.equal(envelope.kind, kind);
    const text = Buffer.from(envelope.raw).toString("latin1");
    assert.ok(names.every((name) => text.includes(name)));
  }
});

test("a reader that pauses in a long list keeps nobody waiting, and gets the rest when it goes on", async () => {
  await using server = await listening();
  await fill(server.served);
  const { port, authority, client } = server;
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const session = connect(`https://127.0.0.1:${port}`, credentials);
  const slow = session.request({ ":path": collection });
  await new Promise((resolve) => slow.once("response", resolve));
  slow.pause();
  const quick = JSON.parse(String(await buffer(session.request({ ":path": `${collection}/${names[7]}` }))));
  assert.equal(partOf(quick, ["metadata", "name"]), names[7]);
  await server.served.send("DELETE", `${collection}/${names.at(-1)}`);
  const told: unknown = JSON.parse(String(await buffer(slow)));
  assert.equal(partOf(told, ["items", count - 1, "metadata", "name"]), names.at(-1), "it is the list of when it began");
  session.destroy();
});

test("a client that leaves in the middle of a long list leaves nothing behind", async () => {
  await using server = await listening();
  await fill(server.served);
  const { port, authority, client } = server;
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const lists = async () => {
    const { text } = await server.served.send("GET", "/metrics");
    return /apiserver_request_total\{[^}]*resource="configmaps"[^}]*verb="LIST"[^}]*\} (\d+)|verb="LIST"[^}]*resource="configmaps"[^}]*\} (\d+)/
      .exec(text)
      ?.slice(1)
      .find((one) => one !== undefined);
  };
  const session = connect(`https://127.0.0.1:${port}`, credentials);
  const leaving = session.request({ ":path": collection });
  await new Promise((resolve) => leaving.once("response", resolve));
  leaving.close();
  await eventually("the list to be over", async () => (await lists()) === "1", { seconds: 10 });
  session.destroy();
});

test("between the pieces of a long list others are answered", async () => {
  await using served = await serve();
  await fill(served);
  const asked = { method: "GET", url: collection, headers: {}, ...heldBody() };
  const answer = await served.server.handle(asked, administrator);
  assert.ok(answer.kind === "pieces");
  let [pieces, answered] = [0, 0];
  for await (const piece of answer.pieces()) {
    pieces += 1;
    assert.ok(piece.length < 100_000, `a piece of ${piece.length} bytes`);
    if ((await served.send("GET", `${collection}/${names[0]}`)).status === 200) answered += 1;
  }
  assert.ok(pieces > 10);
  assert.equal(answered, pieces);
});

test("a flood of lists is refused with 429, and neither another user nor the cluster itself waits for it", async () => {
  await using served = await serve();
  await fill(served);
  const ended: string[] = [];
  const codes = new Map<string, number>();
  const ask = async (user: string): Promise<void> => {
    const identity: Identity = { ...administrator, user };
    const told = await served.send("GET", `${collection}?labelSelector=none`, { identity });
    ended.push(user);
    codes.set(`${user} ${told.status}`, (codes.get(`${user} ${told.status}`) ?? 0) + 1);
    if (told.status === 429) {
      assert.ok(Number(told.headers["retry-after"]) > 0);
      assert.deepEqual(
        [told.at("reason"), String(told.at("details", "retryAfterSeconds"))],
        ["TooManyRequests", told.headers["retry-after"]],
      );
    }
  };
  const flood = Array.from({ length: 10_000 }, () => ask("flood"));
  const others = ["jane", "system:kube-scheduler"].map(ask);
  await Promise.all([...flood, ...others]);
  assert.equal((codes.get("flood 200") ?? 0) + (codes.get("flood 429") ?? 0), 10_000);
  assert.ok((codes.get("flood 200") ?? 0) < 800, `${codes.get("flood 200")} were answered`);
  assert.deepEqual([codes.get("jane 200"), codes.get("system:kube-scheduler 200")], [1, 1]);
  const after = ended.slice(ended.indexOf("jane"));
  assert.ok(after.length > 100, "the flood is answered after jane");
});

test("of lists that come at once some wait, and the rest are told to come back in a second", async () => {
  await using served = await serve();
  const told = await Promise.all(Array.from({ length: 1000 }, () => served.send("GET", collection)));
  const [answered, refused] = [200, 429].map((code) => told.filter(({ status }) => status === code));
  assert.deepEqual(
    [answered?.length, refused?.length],
    [700, 300],
    "two hundred with a seat, and five hundred who wait",
  );
  assert.deepEqual(new Set(refused?.map(({ headers }) => headers["retry-after"])), new Set(["1"]));
});

test("the cluster's own parts are never told that they ask for too much", async () => {
  await using served = await serve();
  await fill(served);
  const identity: Identity = { user: "system:node:n1", groups: [...administrator.groups, "system:nodes"] };
  const told = await Promise.all(
    Array.from({ length: 1000 }, () => served.send("GET", `${collection}?limit=1`, { identity })),
  );
  assert.deepEqual(new Set(told.map(({ status }) => status)), new Set([200]));
});
