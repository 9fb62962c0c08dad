import type { IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { StatusError } from "#machinery/status.ts";
import { statusAnswer } from "../answers/encode.ts";
import type { WholeAnswer } from "../exchange.ts";
import { refusalOf, unreachable } from "../kubelet.ts";
import type { Join, Upgrading } from "./join.ts";

/** Nothing moves for so long: whoever is at the other end has gone. */
const idleMs = 4 * 60 * 60_000;

/** What the two ends agree on; the client's credentials and cookies are none of the agent's business. */
const passed = [
  "connection",
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "x-stream-protocol-version",
];

/** To the agent of a node, over a connection of its own. */
export const toAgent =
  (target: RequestOptions): Join =>
  (upgrading) =>
    splice(upgrading, { ...target, agent: false });

/**
 * Joins a client's connection with one to `target`: once that has agreed to upgrade, every byte goes through as it is. Where it
 * refuses, the client gets its refusal as a Status, and the connection ends.
 */
function splice({ request, socket, head }: Upgrading, target: RequestOptions): void {
  const headers = Object.fromEntries(
    passed.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, separately(name, value)]];
    }),
  );
  const asked = httpsRequest({ ...target, method: request.method ?? "GET", headers });
  socket.once("close", () => asked.destroy());
  asked.once("timeout", () => asked.destroy(new Error("it did not answer in time")));
  asked.once("error", (fault) => refuse(socket, unreachable(target, fault)));
  asked.once("response", (answer) => {
    refusalOf(answer).then(
      (refusal) => refuse(socket, refusal),
      (fault: Error) => refuse(socket, unreachable(target, fault)),
    );
  });
  asked.once("upgrade", (answer, peer, first) => {
    asked.setTimeout(0);
    socket.write(headOf(answer));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) peer.write(head);
    join(socket, peer);
  });
  asked.end();
}

// Each protocol that the client offers has a line of its own; Node puts them in one.
const separately = (name: string, value: string | readonly string[]): string[] =>
  name === "x-stream-protocol-version"
    ? String(value)
        .split(",")
        .map((one) => one.trim())
    : [String(value)];

function headOf({ rawHeaders, statusMessage }: IncomingMessage): string {
  const lines = [];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`);
  return `HTTP/1.1 101 ${statusMessage || "Switching Protocols"}\r\n${lines.join("")}\r\n`;
}

/** What either of two says, the other hears; they end together. */
export function join(client: Duplex, agent: Duplex): void {
  for (const [from, to] of [
    [client, agent],
    [agent, client],
  ] as const) {
    from.on("error", () => to.destroy()); // one end broke; the other learns it by its own end
    from.on("close", () => to.destroy());
    if ("setTimeout" in from && typeof from.setTimeout === "function") from.setTimeout(idleMs, () => from.destroy());
    from.pipe(to);
  }
}

/** Answers on the raw connection, and ends it. */
export function refuse(socket: Duplex, refusal: StatusError): void {
  answerOn(socket, statusAnswer(refusal.status, undefined, refusal.headers));
}

/** The same for an answer that is ready. */
export function answerOn(socket: Duplex, answer: WholeAnswer): void {
  const body = Buffer.from(answer.body);
  const head = [`HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}`, "Content-Type: application/json"];
  socket.end(
    Buffer.concat([
      Buffer.from(`${head.join("\r\n")}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`),
      body,
    ]),
  );
}
const reasonPhrase = (status: number): string => (status < 300 ? "OK" : status < 500 ? "Refused" : "Failed");
