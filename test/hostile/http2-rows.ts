import assert from "node:assert/strict";
import type { HttpRow } from "./http-row.ts";
import type { HttpStage } from "./http-stage.ts";
import { block, endHeaders, endStream, type Fields, frame, pseudo, RawHttp2, types } from "./http2-wire.ts";

/** A request as its frames, of stream 1, that no endpoint may see. */
interface Malformed {
  readonly name: string;
  readonly fields: Fields;
  readonly body?: string;
  readonly trailers?: Fields;
  readonly unlike?: HttpRow["unlike"];
}

const withField = (name: string, value: string): Fields => [...pseudo("/raw/good"), [name, value]];
const post = (...more: Fields): Fields => [...pseudo("/raw/good", "POST"), ...more];
const without = (name: string): Fields => pseudo("/raw/good").filter(([one]) => one !== name);

/** nghttp2 leaves such a field out, and the embedded engine never hears of it. */
const noFields: readonly Malformed[] = [
  ["CR and LF in a value", "x-a", "a\r\nx-evil: b"],
  ["LF in a value", "x-a", "a\nx-evil: b"],
  ["CR in a value", "x-a", "a\rx-evil: b"],
  ["NUL in a value", "x-a", "a\0b"],
  ["a line end in a name", "x-a: b\r\nx-evil", "c"],
  ["a colon in a name", "x-a:", "c"],
  ["a space in a name", "x a", "c"],
  ["an empty name", "", "c"],
].map(([name = "", field = "", value = ""]) => ({
  name,
  fields: withField(field, value),
  unlike: { embedded: { because: "the field is left out", holds: (stage) => isServedWithout(stage, field, value) } },
}));

const malformed: readonly Malformed[] = [
  ...noFields,
  { name: "a pseudo-header behind a field", fields: [["x-a", "b"], ...pseudo("/raw/good")] },
  { name: "a pseudo-header twice", fields: withField(":path", "/raw/other") },
  { name: "a pseudo-header that there isn't", fields: [[":evil", "a"], ...pseudo("/raw/good")] },
  { name: "a pseudo-header of answers", fields: [[":status", "200"], ...pseudo("/raw/good")] },
  { name: "no path", fields: without(":path") },
  { name: "no method", fields: without(":method") },
  { name: "no scheme", fields: without(":scheme") },
  { name: "an empty path", fields: [...without(":path"), [":path", ""]] },
  { name: "a path without a slash", fields: [...without(":path"), [":path", "raw/good"]] },
  { name: "a path with a space and a version", fields: [...without(":path"), [":path", "/raw/good HTTP/1.1"]] },
  { name: "a path with a line end", fields: [...without(":path"), [":path", "/raw/good\r\nX-Evil: a"]] },
  { name: "a method with a line end", fields: [...without(":method"), [":method", "GET /raw/good\r\n"]] },
  { name: "a method with a space", fields: [...without(":method"), [":method", "GET /evil"]] },
  { name: "an authority with a line end", fields: [...without(":authority"), [":authority", "web.example\r\nX: a"]] },
  { name: "an authority with a user", fields: [...without(":authority"), [":authority", "user@web.example"]] },
  {
    ...{ name: "an authority that isn't the Host", fields: withField("host", "other.example") },
    unlike: {
      haproxy: {
        because: "the Host is not looked at",
        holds: (stage) => isServedWithout(stage, "host", "other.example"),
      },
    },
  },
  { name: "upper case in a name", fields: withField("X-Evil", "a") },
  { name: "Connection", fields: withField("connection", "close") },
  { name: "Keep-Alive", fields: withField("keep-alive", "timeout=5") },
  { name: "Proxy-Connection", fields: withField("proxy-connection", "close") },
  { name: "Upgrade", fields: withField("upgrade", "websocket") },
  { name: "Transfer-Encoding", fields: post(["transfer-encoding", "chunked"]), body: "0\r\n\r\n" },
  { name: "TE that isn't trailers", fields: withField("te", "gzip") },
  {
    ...{ name: "a length and no body", fields: withField("content-length", "5") },
    unlike: {
      haproxy: { because: "the length is left out", holds: (stage) => isServedWithout(stage, "content-length", "5") },
    },
  },
  { name: "less than the length", fields: post(["content-length", "10"]), body: "hello" },
  { name: "more than the length", fields: post(["content-length", "2"]), body: "hello" },
  { name: "two lengths", fields: post(["content-length", "5"], ["content-length", "6"]), body: "hello" },
  { name: "a signed length", fields: post(["content-length", "+5"]), body: "hello" },
  {
    name: "CONNECT",
    fields: [
      [":method", "CONNECT"],
      [":authority", "web.example:443"],
    ],
  },
  { name: "a pseudo-header among trailers", fields: post(), body: "hello", trailers: [[":path", "/evil"]] },
];

/** A field of a request reaches nobody, and the request is served. */
async function isServedWithout({ portOf, raw }: HttpStage, name: string, value: string): Promise<void> {
  raw.forget();
  const client = await RawHttp2.open(portOf("https"));
  client.ask(1, withField(name, value));
  await client.until("an answer", () => client.dataOf(1) !== "");
  client.close();
  assert.equal(client.dataOf(1), "ok");
  assert.doesNotMatch(raw.heard(), /evil|other|x-a|content-length/);
}

/** The endpoint may have begun to see a body that turns out wrong, but must not have seen a whole request. */
function isWhole(heard: string): boolean {
  const [head = "", body = ""] = heard.split(/\r\n\r\n(.*)/s);
  const [, bytes] = /^content-length: (\d+)/im.exec(head) ?? [];
  if (heard === "") return false;
  return /^transfer-encoding: chunked/im.test(head) ? body.endsWith("0\r\n\r\n") : body.length >= Number(bytes ?? 0);
}

const refusals: readonly HttpRow[] = malformed.map(({ name, fields, body, trailers, unlike }) => ({
  ...{ row: 38, name: `HTTP/2: ${name}` },
  ...(unlike && { unlike }),
  async holds({ portOf, raw }) {
    raw.forget();
    const client = await RawHttp2.open(portOf("https"));
    const lastFlags = (hasMore: boolean): number => endHeaders | (hasMore ? 0 : endStream);
    client.send(frame(types.headers, lastFlags(body !== undefined), 1, block(fields)));
    if (body !== undefined)
      client.send(frame(types.data, trailers === undefined ? endStream : 0, 1, Buffer.from(body)));
    if (trailers !== undefined) client.send(frame(types.headers, lastFlags(false), 1, block(trailers)));
    await client.until(
      "a refusal",
      () => client.statusOf(1) !== undefined || client.resetOf(1) !== undefined || client.isClosed,
    );
    client.close();
    assert.ok(client.statusOf(1) !== 200, client.dataOf(1));
    assert.doesNotMatch(raw.heard(), /evil|other/i);
    if (body === undefined) assert.equal(raw.heard(), "");
    else assert.ok(!isWhole(raw.heard()), raw.heard());
  },
}));

const claims: readonly HttpRow[] = [
  ["x-forwarded-for", "203.0.113.66"],
  ["x_forwarded_for", "203.0.113.66"],
  ["x-forwarded_proto", "evil"],
  ["x_original_url", "/evil"],
  ["x-real-ip", "203.0.113.66"],
  ["forwarded", "for=203.0.113.66"],
].map(([name = "", value = ""]) => ({
  row: 45,
  name: `HTTP/2: ${name} of a client that is not trusted`,
  async holds({ portOf }) {
    const client = await RawHttp2.open(portOf("https"));
    client.ask(1, [...pseudo(), [name, value]]);
    await client.until("an answer", () => client.dataOf(1).endsWith("}"));
    client.close();
    assert.equal(client.statusOf(1), 200);
    assert.doesNotMatch(client.dataOf(1), /203\.0\.113\.66|evil/);
  },
}));

export const http2Rows: readonly HttpRow[] = [...refusals, ...claims];
