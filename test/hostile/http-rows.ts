import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { judge, say, type WireRow, wireRows } from "../ingress/wire.ts";
import { backendRows } from "./backend-rows.ts";
import { connectionRows } from "./connection-rows.ts";
import type { HttpRow } from "./http-row.ts";
import { http2FloodRows } from "./http2-flood-rows.ts";
import { http2Rows } from "./http2-rows.ts";
import { slowRows } from "./slow-rows.ts";

interface Instead {
  readonly because: string;
  readonly expected: Partial<WireRow>;
}

/** What HAProxy's parser does before any rule sees the request. Source: RFC 9112 sections 2.2 and 6.3, which let it. */
function byHaproxy({ row, name }: WireRow): Instead | undefined {
  if (row === 28)
    return {
      because: "it is read as chunked, and the connection ends",
      expected: { answers: [200], seen: /"body":""/ },
    };
  return name.startsWith("LF alone") ? { because: "it is read as CR and LF", expected: { answers: [200] } } : undefined;
}

const byteRows: readonly HttpRow[] = wireRows.map((row) => {
  const holds =
    (one: WireRow): HttpRow["holds"] =>
    async ({ portOf }) =>
      assert.equal(await judge({ port: portOf("http") }, one), undefined);
  const other = byHaproxy(row);
  return {
    row: row.row,
    name: `HTTP/1: ${row.name}`,
    holds: holds(row),
    ...(other && { unlike: { haproxy: { because: other.because, holds: holds({ ...row, ...other.expected }) } } }),
  };
});

const strips: readonly HttpRow[] = [
  { target: "/stripa", name: "a path of which something is left", status: 200 },
  { target: "/strip", name: "a path of which nothing is left", status: 200 },
  { target: "/strip/a", name: "a path of which two slashes are left", status: 400 },
  { target: "/strip./a", name: "a path of which a dot is left", status: 400 },
  { target: "/strip../a", name: "a path of which two dots are left", status: 400 },
].map(({ target, name, status }) => ({
  ...{ row: 37, name },
  async holds({ portOf }) {
    const { statuses, text } = await say(
      { port: portOf("http") },
      `GET ${target} HTTP/1.1\r\nHost: web.example\r\nConnection: close\r\n\r\n`,
    );
    assert.deepEqual(statuses, [status], text);
  },
}));

/** Datagrams to a port at which nobody listens are refused by the kernel. */
const http3: HttpRow = {
  row: 41,
  name: "HTTP/3 is not served",
  async holds({ portOf }) {
    const socket = createSocket("udp4");
    const refused = new Promise<unknown>((resolve) => socket.once("error", resolve));
    await new Promise<void>((connected) => socket.connect(portOf("https"), "127.0.0.1", connected));
    socket.send(Buffer.alloc(1200, 0xc0));
    assert.match(`${await refused}`, /ECONNREFUSED/);
    socket.close();
  },
};

/** Rows 28 to 48: what is sent over HTTP to an engine. */
export const httpRows: readonly HttpRow[] = [
  ...byteRows,
  ...strips,
  ...http2Rows,
  ...http2FloodRows,
  http3,
  ...slowRows,
  ...connectionRows,
  ...backendRows,
];
