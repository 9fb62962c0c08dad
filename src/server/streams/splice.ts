import type { IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { StatusError } from "#machinery/status.ts";
import { statusAnswer } from "../answers/encode.ts";
import { type WholeAnswer, withCommonHeaders } from "../exchange.ts";
import { limits } from "../limits.ts";
import type { Join, Upgrading } from "./join.ts";
import { kubeletUnreachable } from "./kubelet.ts";
import { kubeletRefusal } from "./kubelet-refusal.ts";

/** After so long without a byte the kernel asks whether the other end is still there, in milliseconds. */
const keepAliveMs = 30_000;

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
function splice(upgrading: Upgrading, target: RequestOptions): void {
  const { request, socket, head, auditId } = upgrading;
  const headers = Object.fromEntries(
    passed.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, separately(name, value)]];
    }),
  );
  dial(upgrading, { ...target, method: request.method ?? "GET", headers }, ({ answer, agent }) => {
    socket.write(headOf(answer, auditId));
    if (head.length > 0) agent.write(head);
    join(socket, agent);
  });
}

/** An agent's answer that it agrees, and the connection to it. */
interface Agreed {
  readonly answer: IncomingMessage;
  readonly agent: Duplex;
}

/** Calls back once `target` has agreed to upgrade; where it refuses, the client gets that, and its connection ends. */
export function dial(upgrading: Upgrading, target: RequestOptions, agreed: (by: Agreed) => void): void {
  const { socket } = upgrading;
  const asked = httpsRequest(target);
  const leave = (): void => void asked.destroy();
  socket.once("close", leave);
  asked.once("timeout", () => asked.destroy(new Error("it did not answer in time")));
  asked.once("error", (fault) => refuse(upgrading, kubeletUnreachable(target, fault)));
  asked.once("response", (answer) => {
    kubeletRefusal(answer).then(
      (refusal) => refuse(upgrading, refusal),
      (fault: Error) => refuse(upgrading, kubeletUnreachable(target, fault)),
    );
  });
  asked.once("upgrade", (answer, agent, first) => {
    socket.off("close", leave);
    asked.setTimeout(0);
    if (first.length > 0) agent.unshift(first);
    if (socket.destroyed) agent.destroy();
    else agreed({ answer, agent });
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

function headOf({ rawHeaders, statusMessage }: IncomingMessage, auditId: string | undefined): string {
  const lines = auditLines(auditId).map((line) => `${line}\r\n`);
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`);
  return `HTTP/1.1 101 ${statusMessage || "Switching Protocols"}\r\n${lines.join("")}\r\n`;
}

/** The header lines by which an answer is found in the audit log. */
export const auditLines = (auditId: string | undefined): readonly string[] =>
  auditId === undefined ? [] : [`Audit-Id: ${auditId}`];

/** What either of two says, the other hears, no faster than it is read; they end together. */
export function join(client: Duplex, agent: Duplex): void {
  for (const [from, to] of [
    [client, agent],
    [agent, client],
  ] as const) {
    from.on("error", () => to.destroy()); // one end broke; the other learns it by its own end
    from.on("close", () => leave(to, from));
    if (from instanceof Socket) {
      from.setTimeout(limits.idleConnectionMs, () => from.destroy());
      from.setKeepAlive(true, keepAliveMs);
    }
    from.pipe(to);
  }
}

/** What has been read from a connection that ended is still to be written to the other, however slow that is. */
function leave(to: Duplex, from: Duplex): void {
  if (!from.readableEnded) to.destroy();
  else if (to.writableFinished) to.destroy();
  else to.end(() => to.destroy());
}

/** Answers on the raw connection, and ends it. */
export function refuse({ socket, auditId }: Pick<Upgrading, "socket" | "auditId">, refusal: StatusError): void {
  const answer = statusAnswer(refusal.status, undefined, refusal.headers);
  answerOn(socket, auditId === undefined ? answer : withCommonHeaders(answer, auditId));
}

/** The same for an answer that is ready. */
export function answerOn(socket: Duplex, answer: WholeAnswer): void {
  const body = Buffer.from(answer.body);
  const fields = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
  const head = [`HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}`, ...fields];
  socket.end(
    Buffer.concat([
      Buffer.from(`${head.join("\r\n")}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`),
      body,
    ]),
  );
}
const reasonPhrase = (status: number): string => (status < 300 ? "OK" : status < 500 ? "Refused" : "Failed");
