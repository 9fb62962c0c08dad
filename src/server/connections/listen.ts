import type { IncomingMessage } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { authenticatedGroup } from "#api/authentication/subjects.ts";
import type { Identity } from "#core/access/identity.ts";
import type { ApiServer } from "../api-server.ts";
import { withProtocolToken } from "../authentication/protocol-token.ts";
import { gathered } from "../exchange.ts";
import { listensAt } from "../proxy/own-listeners.ts";
import type { Upgrading } from "../streams/join.ts";
import { answerOn } from "../streams/splice.ts";
import { send } from "./answering.ts";
import { incoming, incomingUpgrade } from "./incoming-request.ts";

/** PEM texts. */
export interface ServingPair {
  readonly certificate: string;
  readonly key: string;
}

/** Where a server listens, and by what it shows who it is. */
export interface ListenOptions {
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly serving: ServingPair;
  /** PEM: who signs the certificates of clients. */
  readonly clientCa: string;
}

export interface Listener {
  readonly port: number;
  /** Shows another certificate from the next connection on. */
  readonly renew: (serving: ServingPair) => void;
  /** Cuts what is open; resolves when the port is free again. */
  readonly close: () => Promise<void>;
}

const minVersion = "TLSv1.2";

/**
 * How long, in milliseconds, and how large a head may be. The types of HTTP/2 servers don't know that they take them. A body that is handed
 * on to somebody else may take any time; who reads one itself has limits of its own, and so have those that nobody reads (`endLate`).
 */
const http1Limits = {
  headersTimeout: 10_000,
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 64 << 10,
};

/** Rejects with Node's own fault where the port can't be had (`EADDRINUSE`, `EADDRNOTAVAIL`). */
export function listen(server: ApiServer, options: ListenOptions): Promise<Listener> {
  const { serving, clientCa, address, port } = options;
  const http = createSecureServer({
    allowHTTP1: true,
    cert: serving.certificate,
    key: serving.key,
    ca: clientCa,
    requestCert: true,
    rejectUnauthorized: false, // who shows no certificate may still ask for the version
    minVersion,
    maxSessionMemory: 64,
    settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20, maxHeaderListSize: 64 << 10 },
    handshakeTimeout: 10_000,
    ...http1Limits,
  });
  http.on("request", (request, response) => {
    exchange(server, request, response).catch(server.report);
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(server, { request, socket, head }).catch(server.report);
  });
  http.on("sessionError", () => {}); // the client's side of a connection broke; its streams end by themselves
  const open = new Set<Duplex>();
  http.on("connection", (socket) => keep(open, socket));
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, address, () => {
      http.off("error", reject);
      const renew = ({ certificate: cert, key }: ServingPair) =>
        http.setSecureContext({ cert, key, ca: clientCa, minVersion });
      const bound = portOf(http.address());
      const forget = listensAt({ address, port: bound });
      resolve({ port: bound, renew, close: () => closing(http, open).finally(forget) });
    });
  });
}

function keep(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === "object" && address !== null ? address.port : 0;

function closing(http: ReturnType<typeof createSecureServer>, open: Set<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}

async function exchange(
  server: ApiServer,
  request: Http2ServerRequest | IncomingMessage,
  response: Http2ServerResponse,
): Promise<void> {
  request.on("error", () => {}); // the client went away: the answer, if any, goes nowhere
  response.on("error", () => {});
  if (!("stream" in request)) endLate(request, response, server.bodyMilliseconds);
  const answer = await server.handle(incoming(request, response), identityOf(request));
  await send(answer, request, response);
}

/** A body of HTTP/1.1 that still comes though its request was answered is thrown away, and keeps its connection for so long only. */
function endLate(request: IncomingMessage, response: Http2ServerResponse, milliseconds: number): void {
  response.once("finish", () => {
    if (request.complete) return;
    const late = setTimeout(() => request.socket.destroy(), milliseconds).unref();
    request.once("close", () => clearTimeout(late));
  });
}

async function upgrade(server: ApiServer, upgrading: Upgrading): Promise<void> {
  const { request, socket } = upgrading;
  socket.on("error", () => socket.destroy()); // the client has gone
  request.headers = withProtocolToken(request.headers);
  const upgrade = await server.upgrade(incomingUpgrade(request, socket), identityOf(request));
  if (upgrade.kind === "stream") upgrade.join(upgrading);
  else if (upgrade.answer.kind === "whole") answerOn(socket, upgrade.answer);
  else if (upgrade.answer.kind === "pieces") answerOn(socket, await gathered(upgrade.answer));
  else (await import("../watches/web-socket.ts")).sendAsMessages(upgrading, upgrade.answer);
}

// Asking OpenSSL costs a third of a small request, and the answer is the connection's.
const known = new WeakMap<object, Shown>();

/** What a client has shown. */
interface Shown {
  readonly identity: Identity | undefined;
  /** When its certificate ends, in milliseconds since 1970: a connection may outlive it. */
  readonly untilMs: number;
}
const nobody: Shown = { identity: undefined, untilMs: Number.POSITIVE_INFINITY };

/** Who a client is, as its certificate says; undefined without one that our authority has signed. */
function identityOf(request: Http2ServerRequest | IncomingMessage): Identity | undefined {
  // The socket of an HTTP/2 request is a stand-in of that request alone.
  const connection = ("stream" in request ? request.stream.session : undefined) ?? request.socket;
  const found = known.get(connection) ?? shownOn(request.socket);
  known.set(connection, found);
  return found.untilMs > Date.now() ? found.identity : undefined;
}

function shownOn(socket: unknown): Shown {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return nobody;
  const { subject, valid_to: validTo } = socket.getPeerCertificate();
  const user = subject?.CN;
  if (typeof user !== "string" || user === "") return nobody;
  const groups: readonly string[] = typeof subject.O === "string" ? [subject.O] : (subject.O ?? []);
  return { identity: { user, groups: [...groups, authenticatedGroup] }, untilMs: Date.parse(validTo) };
}
