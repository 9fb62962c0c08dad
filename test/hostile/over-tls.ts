import assert from "node:assert/strict";
import { type ClientHttp2Session, connect } from "node:http2";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { KeyPair } from "#os/pki.ts";
import { type Listening, listening } from "../server/listening.ts";
import { partOf, type Sent, type Told } from "../server/served.ts";

/** A client of a real listener. */
export interface Wire {
  readonly send: (method: string, path: string, sent?: Omit<Sent, "identity">) => Promise<Told>;
  readonly session: ClientHttp2Session;
}

/** One connection of HTTP/2, for one client certificate. */
export function wireTo({ port, authority, client }: Listening, shown: KeyPair = client): Wire {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: authority.certificate,
    cert: shown.certificate,
    key: shown.key,
  });
  session.on("error", () => undefined); // each request has told of it
  return { session, send: (method, path, sent = {}) => ask(session, { method, path, sent }) };
}

interface Asking {
  readonly method: string;
  readonly path: string;
  readonly sent: Omit<Sent, "identity">;
}

async function ask(session: ClientHttp2Session, { method, path, sent }: Asking): Promise<Told> {
  const { body, headers = {} } = sent;
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const stream = session.request(
    { ":method": method, ":path": path, ...type, ...headers },
    // A DELETE would end before its body else.
    { endStream: body === undefined },
  );
  const head = new Promise<Told["headers"]>((resolve, reject) => {
    stream.on("response", (all) => resolve(Object.fromEntries(Object.entries(all).map(([k, v]) => [k, plain(v)]))));
    stream.on("error", reject);
  });
  if (body !== undefined) stream.end(bytesOf(body));
  const told = await head;
  const text = (await buffer(stream)).toString();
  const json: unknown = String(told["content-type"]).startsWith("application/json") ? JSON.parse(text) : undefined;
  return { status: Number(told[":status"]), headers: told, text, at: (...steps) => partOf(json, steps) };
}

const bytesOf = (body: unknown): string | Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
const plain = (value: unknown): string | readonly string[] =>
  Array.isArray(value) ? value.map(String) : String(value);

/** What is sent, and what must come: the code, and what the message (or, where nothing is refused, the body) contains. */
export type Row = readonly [
  number: number,
  name: string,
  request: string,
  sent: Omit<Sent, "identity">,
  code: number,
  says: RegExp,
];

export const core = "/api/v1/namespaces/default";
export const configMaps = `${core}/configmaps`;
export const services = `${core}/services`;
export const typed = (type: string, body: unknown): Omit<Sent, "identity"> => ({
  body,
  headers: { "content-type": `application/${type}` },
});
export const yaml = (text: string): Omit<Sent, "identity"> => typed("yaml", text);

const standard = new Set(Object.getOwnPropertyNames(Object.prototype));

/** A test a row against one server, which has the Service `web` and the ConfigMap `cm` and must be well after each of them. */
export function testRows(rows: readonly Row[]): { readonly wire: () => Wire; readonly server: () => Listening } {
  let server: Listening;
  let wire: Wire;
  before(async () => {
    server = await listening();
    wire = wireTo(server);
    await wire.send("POST", services, { body: { metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } } });
    await wire.send("POST", configMaps, { body: { metadata: { name: "cm" }, data: { a: "b" } } });
  });
  after(async () => {
    wire.session.destroy();
    await server[Symbol.asyncDispose]();
    const added = Object.getOwnPropertyNames(Object.prototype).filter((name) => !standard.has(name));
    assert.deepEqual(added, [], "no object of JavaScript has changed");
  });
  for (const [number, name, request, sent, code, says] of rows)
    test(`${number}: ${name}`, async () => {
      const [method = "", path = ""] = request.split(/ (.*)/s);
      const told = await wire.send(method, path, sent);
      assert.equal(told.status, code, told.text.slice(0, 500));
      if (code >= 400) assert.deepEqual([told.at("kind"), told.at("code")], ["Status", code]);
      assert.match(code >= 400 ? String(told.at("message")) : told.text, says);
      assert.equal((await wire.send("GET", "/readyz")).status, 200);
    });
  return { wire: () => wire, server: () => server };
}
