import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { mustIp } from "#net/ip.ts";
import { writeProxyHeader } from "#net/proxy-header.ts";
import { say } from "../ingress/wire.ts";
import type { HttpRow } from "./http-row.ts";
import type { HttpStage } from "./http-stage.ts";

const request = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const named = writeProxyHeader("v2", {
  ...{ source: mustIp("198.51.100.7"), sourcePort: 4711 },
  ...{ destination: mustIp("198.51.100.8"), destinationPort: 80 },
});

/** What comes back on a listener's connection from an address of loopback. */
async function sayFrom(localAddress: string, port: number, bytes: Uint8Array): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  const { promise, resolve } = Promise.withResolvers<string>();
  let heard = "";
  socket.on("data", (piece: Buffer) => {
    heard += piece.toString("latin1");
  });
  socket.on("error", () => {}).on("close", () => resolve(heard));
  socket.write(bytes);
  return promise;
}

/** The header with `bytes` behind its addresses, its length right unless `length` says another. */
function withFields(bytes: readonly number[], length = 12 + bytes.length): Uint8Array {
  const head = [...named];
  [head[14], head[15]] = [length >> 8, length & 255];
  return Buffer.from([...head, ...bytes]);
}

const rest = Buffer.from(request("web.example"));
const lies: readonly { readonly name: string; readonly header: Uint8Array; readonly unlike?: HttpRow["unlike"] }[] = [
  { name: "a field longer than the header", header: withFields([4, 0, 200, 1, 2, 3]) },
  { name: "a field of 64 KiB in a short header", header: withFields([4, 255, 255, 1]) },
  { name: "half a field", header: withFields([4, 0]) },
  { name: "no room for its addresses", header: withFields([], 4) },
  { name: "an unknown version", header: Buffer.from([...named].with(12, 0x31)) },
  { name: "an unknown command", header: Buffer.from([...named].with(12, 0x2f)) },
  { name: "an unknown family", header: Buffer.from([...named].with(13, 0x71)) },
  { name: "another signature", header: Buffer.from([...named].with(11, 0x0b)) },
  { name: "a length of 64 KiB", header: withFields([], 65535) },
];

const proxyHeaders: readonly HttpRow[] = [
  {
    row: 46,
    name: "a PROXY header of a peer that is trusted is believed",
    async holds({ portOf }) {
      const heard = await sayFrom("127.0.0.2", portOf("proxied"), Buffer.concat([named, rest]));
      assert.match(heard, /"x-real-ip":"198\.51\.100\.7"/);
    },
  },
  {
    row: 46,
    name: "a PROXY header of a peer that isn't trusted",
    async holds({ portOf }) {
      assert.equal(await sayFrom("127.0.0.1", portOf("proxied"), Buffer.concat([named, rest])), "");
    },
  },
  {
    row: 46,
    name: "a PROXY header where none is taken",
    async holds({ portOf }) {
      const heard = await sayFrom("127.0.0.2", portOf("http"), Buffer.concat([named, rest]));
      assert.match(heard, /^HTTP\/1\.1 400 |^$/);
      assert.doesNotMatch(heard, /198\.51\.100\.7/);
    },
  },
  ...lies.map(({ name, header, unlike }) => ({
    ...{ row: 46, name: `a PROXY header with ${name}` },
    ...(unlike && { unlike }),
    async holds({ portOf }: HttpStage) {
      const heard = await sayFrom("127.0.0.2", portOf("proxied"), Buffer.concat([header, rest]));
      assert.match(heard, /^HTTP\/1\.1 400 |^$/);
      assert.doesNotMatch(heard, /198\.51\.100\.7/);
    },
  })),
];

const believed: HttpRow = {
  row: 45,
  name: "X-Forwarded-For of a peer that is trusted is believed",
  async holds({ portOf }) {
    const sent = request("web.example").replace("Connection", "X-Forwarded-For: 203.0.113.66\r\nConnection");
    assert.match(await sayFrom("127.0.0.2", portOf("trusting"), Buffer.from(sent)), /"x-real-ip":"203\.0\.113\.66"/);
    assert.doesNotMatch(await sayFrom("127.0.0.1", portOf("trusting"), Buffer.from(sent)), /203\.0\.113\.66/);
  },
};

async function dial({ portOf }: HttpStage, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: portOf("https"), rejectUnauthorized: false, ...options });
  await once(socket, "secureConnect");
  socket.on("error", () => {});
  return socket;
}

const nameOf = (socket: TLSSocket): string => `${socket.getPeerCertificate().subject.CN}`;

async function answerTo(socket: TLSSocket, host: string): Promise<string> {
  socket.write(request(host));
  return text(socket);
}

const names: readonly HttpRow[] = [
  {
    row: 47,
    name: "a name of TLS whose certificate isn't the Host's",
    async holds(stage) {
      const socket = await dial(stage, { servername: "a.example" });
      assert.match(await answerTo(socket, "b.example"), /^HTTP\/1\.1 421 /);
    },
  },
  {
    row: 47,
    name: "no name of TLS is shown the certificate for everybody else",
    async holds(stage) {
      const socket = await dial(stage, {});
      assert.equal(nameOf(socket), "fallback.example");
      assert.match(await answerTo(socket, "a.example"), /^HTTP\/1\.1 200 /);
    },
  },
  {
    row: 47,
    name: "names of TLS that are none are shown the certificate for everybody else",
    async holds(stage) {
      for (const servername of [
        "a..example",
        "../../a.example",
        "*.example",
        `${"a".repeat(250)}`,
        "-",
        "a.example.b",
      ]) {
        const socket = await dial(stage, { servername });
        assert.equal(nameOf(socket), "fallback.example", servername);
        socket.destroy();
      }
    },
  },
];

const greetings: readonly string[] = [
  "GET / HTTP/1.1\r\n\r\n",
  "\x16\x03\x01\x00\x05hello",
  `\x16\x03\x01\x40\x00${"\x01".repeat(16384)}`,
  `\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03${"\x00".repeat(16374)}`,
  `\x16\x03\x01\xff\xff${"\x01".repeat(65535)}`,
  "\x15\x03\x01\x00\x02\x02\x28",
  "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10",
];

const handshakes: readonly HttpRow[] = [
  {
    row: 47,
    name: "ALPN that nobody speaks is refused, or answered in HTTP/1.1",
    async holds(stage) {
      for (const protocol of ["junk", "h2c", "\0", "a".repeat(255)]) {
        const answer = await dial(stage, { ALPNProtocols: [protocol] }).then(
          (socket) => answerTo(socket, "web.example"),
          (refusal) => `${refusal.code}`,
        );
        assert.match(answer, /^(?:HTTP\/1\.1 200 |ERR_SSL_\w*NO_APPLICATION_PROTOCOL|ECONNRESET)/, protocol);
      }
    },
  },
  {
    row: 47,
    name: "HTTP/2 that was not agreed upon",
    async holds(stage) {
      const socket = await dial(stage, { ALPNProtocols: ["http/1.1"] });
      socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
      const heard = await text(socket).then(
        (all) => all,
        () => "",
      );
      assert.match(heard, /^(?:HTTP\/1\.1 (?:400|405|505) [\s\S]*)?$/);
    },
  },
  {
    row: 47,
    name: "a client that renegotiates",
    async holds(stage) {
      const socket = await dial(stage, { maxVersion: "TLSv1.2", servername: "a.example" });
      const outcome = await new Promise<string>((resolve) => {
        socket.on("close", () => resolve("closed"));
        if (!socket.renegotiate({}, (error) => resolve(error === null ? "renegotiated" : "refused")))
          resolve("refused");
      });
      socket.destroy();
      assert.notEqual(outcome, "renegotiated");
    },
  },
  {
    row: 47,
    name: "old versions of TLS",
    async holds(stage) {
      await assert.rejects(dial(stage, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }));
    },
  },
  {
    row: 47,
    name: "greetings that are none, and such of 16 and 64 KiB",
    async holds({ portOf }) {
      const verdicts = await Promise.all(greetings.map((bytes) => say({ port: portOf("https") }, bytes)));
      assert.deepEqual(
        verdicts.map(({ closed }) => closed),
        greetings.map(() => true),
      );
    },
  },
];

export const connectionRows: readonly HttpRow[] = [...proxyHeaders, believed, ...names, ...handshakes];
