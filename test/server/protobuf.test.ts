import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "#api/kinds.ts";
import { PartialObjectMetadata } from "#api/meta/partial-object-metadata.ts";
import { Status } from "#api/meta/status.ts";
import { readObject } from "#machinery/decode.ts";
import { openEnvelope } from "#machinery/envelope.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import { ListMeta } from "#machinery/list-meta.ts";
import { decodeProtobuf } from "#machinery/protobuf.ts";
import { type AnyType, bytes, list, object, optional, string } from "#machinery/schema.ts";
import { heldBody } from "#server/exchange.ts";
import { collectionOf, fixture, placeOf } from "./fixtures.ts";
import { catalogue } from "./gadgets.ts";
import { administrator, type Served, serve } from "./served.ts";

const protobuf = "application/vnd.kubernetes.protobuf";
const named = "application/vnd.kubernetes.protobuf,application/json";

interface Asking {
  readonly body?: unknown;
  readonly accept?: string;
  readonly type?: string;
}
async function ask({ server }: Served, method: string, url: string, asking: Asking = {}) {
  const { body, accept = named, type = "application/json" } = asking;
  const sent = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body));
  const headers = { accept, "content-type": type };
  const answer = await server.handle({ method, url, headers, ...heldBody(sent) }, administrator);
  assert(answer.kind === "whole");
  return { status: answer.status, type: answer.headers["content-type"], bytes: Buffer.from(answer.body) };
}

/** What an answer holds, in the form that JSON has. */
function opened(answer: Uint8Array, type: AnyType) {
  const { apiVersion, kind, raw } = openEnvelope(answer);
  const read = readObject({ type }, decodeProtobuf(type, raw));
  assert(read.kind === "read");
  return { apiVersion, kind, ...Object(read.object) };
}

const listOf = (type: AnyType) => object("List", { metadata: optional(1, ListMeta), items: optional(2, list(type)) });

for (const kind of kinds)
  test(`${kind.plural}: protobuf says what JSON says, of one and of a list`, async () => {
    await using served = await serve();
    await served.send("POST", collectionOf(kind), { body: fixture(kind, "one", { a: "b" }) });
    await served.send("POST", collectionOf(kind), { body: fixture(kind, "two", { a: "b" }) });
    const one = await ask(served, "GET", placeOf(kind, "one"));
    assert.deepEqual([one.status, one.type], [200, protobuf]);
    const told = await served.send("GET", placeOf(kind, "one"));
    assert.deepEqual(opened(one.bytes, kind.type), JSON.parse(told.text));
    const several = await ask(served, "GET", `${collectionOf(kind)}?labelSelector=a%3Db`);
    const items = await served.send("GET", `${collectionOf(kind)}?labelSelector=a%3Db`);
    assert.deepEqual(withoutNames(opened(several.bytes, listOf(kind.type))), withoutNames(JSON.parse(items.text)));
  });

/** Items of a list in protobuf don't say what they are, but for kinds whose objects stand in others, too. */
function withoutNames({ items, ...rest }: { readonly items: readonly object[] }): unknown {
  const bare = items.map((item) => {
    const { apiVersion: _, kind: __, ...own } = Object(item);
    return own;
  });
  return { ...rest, items: bare };
}

test("the bytes are those of Go", async () => {
  await using served = await serve();
  const stored = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "a",
      namespace: "default",
      uid: "u",
      resourceVersion: "7",
      creationTimestamp: "1970-01-01T00:01:00Z",
    },
    data: { b: "", a: "1" },
  };
  const value = () => Buffer.from(JSON.stringify(stored));
  await served.store.write({ key: "/registry/core/configmaps/default/a", value, expect: 0 });
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const metadata = [
    ...[0x0a, ...text("a")],
    ...[0x12, 0, 0x1a, ...text("default"), 0x22, 0],
    ...[0x2a, ...text("u"), 0x32, ...text("7")],
    ...[0x38, 0], // generation
    ...[0x42, 4, 0x08, 60, 0x10, 0], // creationTimestamp
  ];
  const data = [0x12, 6, 0x0a, 1, 0x61, 0x12, 1, 0x31, 0x12, 5, 0x0a, 1, 0x62, 0x12, 0];
  const message = [0x0a, metadata.length, ...metadata, ...data];
  const typeMeta = [0x0a, ...text("v1"), 0x12, ...text("ConfigMap")];
  const expected = [
    ...Buffer.from("k8s\0"),
    ...[0x0a, typeMeta.length, ...typeMeta],
    ...[0x12, message.length, ...message],
    ...[0x1a, 0, 0x22, 0],
  ];
  const got = await ask(served, "GET", "/api/v1/namespaces/default/configmaps/a");
  assert.equal(got.bytes.toString("hex"), Buffer.from(expected).toString("hex"));
});
const configMapType = mustKind("configmaps").type;

function mustKind(plural: string): AnyKind {
  const found = kinds.find((kind) => kind.plural === plural);
  assert(found !== undefined);
  return found;
}

test("a page of a list says how to go on", async () => {
  await using served = await serve();
  const kind = mustKind("configmaps");
  for (const name of ["a", "b", "c"]) await served.send("POST", collectionOf(kind), { body: fixture(kind, name) });
  const page = opened((await ask(served, "GET", `${collectionOf(kind)}?limit=1`)).bytes, listOf(kind.type));
  assert.deepEqual([page.kind, page.items.length], ["ConfigMapList", 1]);
  assert.equal(page.metadata.remainingItemCount, 2);
  const rest = await ask(served, "GET", `${collectionOf(kind)}?limit=9&continue=${page.metadata.continue}`);
  assert.equal(opened(rest.bytes, listOf(kind.type)).items.length, 2);
});

test("an object in an old version is a message of that version", async () => {
  await using served = await serve({ catalogue });
  const url = "/apis/old.example.com/v1beta1/namespaces/default/gadgets";
  await served.send("POST", url, { body: { metadata: { name: "one" } } });
  const { type = configMapType } = catalogue.named("old.example.com/v1beta1", "Gadget") ?? {};
  const one = opened((await ask(served, "GET", `${url}/one`)).bytes, type);
  assert.deepEqual([one.apiVersion, one.spec], ["old.example.com/v1beta1", { amount: 3, note: "of 3" }]);
});

test("refusals and deletions are told as a Status", async () => {
  await using served = await serve();
  const url = "/api/v1/namespaces/default/configmaps";
  const nobody = await ask(served, "GET", `${url}/nobody`);
  const { metadata: _, ...status } = opened(nobody.bytes, Status);
  assert.deepEqual([nobody.status, nobody.type], [404, protobuf]);
  assert.deepEqual(status, {
    apiVersion: "v1",
    kind: "Status",
    status: "Failure",
    message: 'configmaps "nobody" not found',
    reason: "NotFound",
    details: { name: "nobody", kind: "configmaps" },
    code: 404,
  });
  await served.send("POST", url, { body: { metadata: { name: "a" } } });
  const gone = opened((await ask(served, "DELETE", `${url}/a`)).bytes, Status);
  assert.deepEqual([gone.status, gone.details.name, gone.code], ["Success", "a", undefined]);
  const invalid = opened((await ask(served, "POST", url, { body: { metadata: { name: "A" } } })).bytes, Status);
  assert.equal(invalid.details.causes[0].field, "metadata.name");
});

test("the metadata alone, of one and of a list", async () => {
  await using served = await serve();
  const url = "/api/v1/namespaces/default/configmaps";
  await served.send("POST", url, { body: { metadata: { name: "a" }, data: { a: "1" } } });
  const accept = (as: string) => `${protobuf};as=${as};g=meta.k8s.io;v=v1,application/json`;
  const one = await ask(served, "GET", `${url}/a`, { accept: accept("PartialObjectMetadata") });
  const only = opened(one.bytes, PartialObjectMetadata);
  assert.deepEqual([only.apiVersion, only.kind, only.metadata.name], ["meta.k8s.io/v1", "PartialObjectMetadata", "a"]);
  const all = await ask(served, "GET", url, { accept: accept("PartialObjectMetadataList") });
  const { kind, items } = opened(all.bytes, listOf(PartialObjectMetadata));
  assert.deepEqual([kind, items[0].metadata.name], ["PartialObjectMetadataList", "a"]);
});

test("a scale is told in protobuf", async () => {
  await using served = await serve();
  const kind = mustKind("deployments");
  await served.send("POST", collectionOf(kind), { body: fixture(kind, "web") });
  const scale = await ask(served, "GET", `${collectionOf(kind)}/web/scale`);
  assert.deepEqual([openEnvelope(scale.bytes).kind, openEnvelope(scale.bytes).apiVersion], ["Scale", "autoscaling/v1"]);
});

test("there is no table in protobuf, and who accepts nothing that there is hears what there is", async () => {
  await using served = await serve();
  const url = "/api/v1/namespaces/default/configmaps";
  const table = await ask(served, "GET", url, { accept: `${protobuf};as=Table;g=meta.k8s.io;v=v1` });
  const refused = JSON.parse(table.bytes.toString());
  assert.deepEqual(
    [table.status, table.type, refused.message],
    [
      406,
      "application/json",
      "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    ],
  );
});

class WatchEvent extends object("WatchEvent", {
  type: optional(1, string),
  object: optional(2, object("RawExtension", { raw: optional(1, bytes) })),
}) {}

test("a watch tells events and bookmarks in frames", async () => {
  await using served = await serve();
  const kind = mustKind("configmaps");
  const url = `${collectionOf(kind)}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
  await served.send("POST", collectionOf(kind), { body: fixture(kind, "one") });
  const watched = await watchFrames(served, url);
  assert.equal(watched.type, `${protobuf};stream=watch`);
  const added = await watched.next();
  assert.deepEqual([added.type, opened(added.object, kind.type).metadata.name], ["ADDED", "one"]);
  const bookmark = await watched.next();
  assert.deepEqual(
    [bookmark.type, opened(bookmark.object, kind.type).metadata.annotations],
    ["BOOKMARK", { "k8s.io/initial-events-end": "true" }],
  );
  await served.send("DELETE", `${collectionOf(kind)}/one`);
  const deleted = await watched.next();
  const { apiVersion, kind: what, metadata } = opened(deleted.object, kind.type);
  assert.deepEqual([deleted.type, apiVersion, what, metadata.name], ["DELETED", apiVersionOf(kind), kind.kind, "one"]);
  watched.leave();
});

test("a watch that asks for what is no longer kept is told so in a frame", async () => {
  await using served = await serve();
  const kind = mustKind("configmaps");
  for (const name of ["one", "two"]) await served.send("POST", collectionOf(kind), { body: fixture(kind, name) });
  await served.store.compact(await served.store.revision());
  const watched = await watchFrames(served, `${collectionOf(kind)}?watch=true&resourceVersion=1`);
  const { type, object: held } = await watched.next();
  const { kind: what, reason, code } = opened(held, Status);
  assert.deepEqual([type, what, reason, code], ["ERROR", "Status", "Expired", 410]);
});

/** The events of a watch, by what stands before each of them. */
async function watchFrames({ server }: Served, url: string) {
  const request = { method: "GET", url, headers: { accept: named }, ...heldBody() };
  const answer = await server.handle(request, administrator);
  assert(answer.kind === "stream");
  const leaving = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: 100 });
  const writer = writable.getWriter();
  answer.run({
    write: (chunk) => {
      void writer.write(chunk);
      return 0;
    },
    drained: async () => {},
    waiting: () => 0,
    end: () => leaving.abort(),
    cut: () => leaving.abort(),
    closed: leaving.signal,
  });
  const chunks = readable.getReader();
  let rest = Buffer.alloc(0);
  const take = async (size: number): Promise<Buffer> => {
    while (rest.length < size) rest = Buffer.concat([rest, (await chunks.read()).value ?? assert.fail("it has ended")]);
    const taken = rest.subarray(0, size);
    rest = rest.subarray(size);
    return taken;
  };
  return {
    type: answer.headers["content-type"],
    leave: () => leaving.abort(),
    async next() {
      const frame = await take((await take(4)).readUInt32BE());
      const { type, object: held } = Object(decodeProtobuf(WatchEvent, frame));
      return { type, object: Buffer.from(held.raw, "base64") };
    },
  };
}
