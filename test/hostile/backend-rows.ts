import assert from "node:assert/strict";
import { ask } from "../ingress/served.ts";
import { say } from "../ingress/wire.ts";
import type { HttpRow } from "./http-row.ts";
import type { HttpStage } from "./http-stage.ts";

const get = (name: string, ...fields: readonly string[]): string =>
  `${[`GET /raw/${name} HTTP/1.1`, "Host: web.example", ...fields].join("\r\n")}\r\n\r\n`;
const closing = "Connection: close";

interface Answered {
  readonly name: string;
  readonly answer: string;
  readonly unlike?: HttpRow["unlike"];
}

const answers: readonly Answered[] = [
  { name: "two lengths that differ", answer: "lengths" },
  {
    ...{ name: "a length beside Transfer-Encoding", answer: "both" },
    unlike: {
      haproxy: {
        because: "the length is left out",
        holds: (stage) => isPassedOn(stage, "both", /5\r\nhello\r\n0\r\n\r\n$/),
      },
    },
  },
  { name: "a signed length", answer: "signed" },
  { name: "CR in a value", answer: "cr" },
  {
    ...{ name: "NUL in a value", answer: "nul" },
    unlike: { haproxy: { because: "it is passed on", holds: (stage) => isPassedOn(stage, "nul", /x: a\0b\r\n/) } },
  },
  {
    ...{ name: "LF as line end", answer: "lf" },
    unlike: {
      haproxy: {
        because: "it is read as CR and LF",
        holds: (stage) => isPassedOn(stage, "lf", /content-length: 0\r\n/),
      },
    },
  },
  { name: "an empty name", answer: "nameless" },
  { name: "a space before the colon", answer: "spaced" },
  { name: "xchunked", answer: "xchunked" },
  { name: "a head of 1 MiB", answer: "huge" },
  { name: "a switch of protocols that nobody asked for", answer: "switch" },
  { name: "no HTTP", answer: "nonsense" },
];

async function isPassedOn({ portOf }: HttpStage, answer: string, expected: RegExp): Promise<void> {
  const { statuses, text } = await say({ port: portOf("http") }, get(answer, closing));
  assert.deepEqual(statuses, [200]);
  assert.match(text, expected);
  assert.doesNotMatch(text, /content-length: [1-9]|[^\r]\n/i);
}

/** What the endpoint gets of a request with trailers that say what headers say. */
async function heardWithTrailers({ portOf, raw }: HttpStage): Promise<string> {
  raw.forget();
  const trailers = "Host: evil.example\r\nX-Forwarded-For: evil\r\nX_Real_IP: evil\r\nContent-Length: 6666\r\n";
  const post = get("good", "Transfer-Encoding: chunked", closing).replace("GET", "POST");
  const { statuses } = await say({ port: portOf("http") }, `${post}3\r\nabc\r\n0\r\n${trailers}\r\n`);
  assert.ok(statuses[0] === 200 || statuses[0] === 400, `${statuses}`);
  return raw.heard();
}

const refusals: readonly HttpRow[] = answers.map(({ name, answer, unlike }) => ({
  ...{ row: 48, name: `an answer with ${name}` },
  ...(unlike && { unlike }),
  async holds({ portOf }) {
    const { statuses, text } = await say({ port: portOf("http") }, get(answer, closing));
    assert.deepEqual(statuses, [502], text.slice(0, 300));
    assert.doesNotMatch(text, /evil/);
  },
}));

const others: readonly HttpRow[] = [
  {
    row: 48,
    name: "an answer whose head never ends",
    async holds({ portOf, raw }) {
      raw.forget();
      const { statuses } = await say({ port: portOf("http") }, get("endless-head", closing));
      assert.deepEqual(statuses, [502]);
      assert.ok(raw.sent() < 64 * 1024 * 1024, `${raw.sent()} bytes were taken`);
    },
  },
  {
    row: 48,
    name: "an answer whose chunks are none is broken off, and doesn't look whole",
    async holds({ portOf }) {
      const { closed, text } = await say({ port: portOf("http") }, get("chunk"));
      assert.ok(closed);
      assert.doesNotMatch(text, /evil|\r\n0\r\n\r\n$/);
    },
  },
  {
    row: 48,
    name: "a second answer that nobody asked for reaches nobody",
    async holds({ portOf }) {
      const { text } = await say({ port: portOf("http") }, get("second", closing));
      assert.match(text, /ok$/);
      for (let at = 0; at < 5; at += 1) assert.equal((await ask(portOf("http"), "/raw/good")).body, "ok");
    },
  },
  {
    row: 33,
    name: "trailers that say what headers say reach no endpoint",
    unlike: {
      haproxy: {
        because: "they come behind the body, where no endpoint may take them for headers (RFC 9110 section 6.5.1)",
        holds: async (stage) =>
          assert.doesNotMatch((await heardWithTrailers(stage)).split("abc")[0] ?? "", /evil|6666/),
      },
    },
    holds: async (stage) => assert.doesNotMatch(await heardWithTrailers(stage), /evil|6666/),
  },
  {
    row: 44,
    name: "what comes behind an upgrade that is refused is not passed on as it comes",
    async holds({ portOf, raw }) {
      raw.forget();
      const upgrade = get(
        "good",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      );
      const { closed, text } = await say({ port: portOf("http") }, `${upgrade}\x81\x05smuggled\r\n\r\n`);
      assert.ok(closed);
      assert.match(text, /^HTTP\/1\.1 200 /);
      assert.doesNotMatch(raw.heard(), /smuggled/);
    },
  },
];

export const backendRows: readonly HttpRow[] = [...refusals, ...others];
