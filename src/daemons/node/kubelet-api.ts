import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import { serveAttach } from "./attach-request.ts";
import { serveLogs } from "./container-logs.ts";
import { serveDial } from "./dial-request.ts";
import { serveExec } from "./exec-request.ts";
import { type CertificateSubject, isApiServer, subjectOf } from "./kubelet-clients.ts";
import { type Route, routeOf } from "./kubelet-paths.ts";
import type { PodAccess } from "./pod-access.ts";
import { servePortForward } from "./port-forward-request.ts";
import { Refused } from "./refused.ts";
import type { StreamTiming } from "./streams/command-streams.ts";

export interface KubeletApiOptions {
  /** Where it listens; each address by itself. */
  readonly addresses: readonly string[];
  /** 0 lets the kernel choose one, where there is a single address. */
  readonly port: number;
  readonly tls: TlsTexts;
  readonly pods: PodAccess;
  /** Told of what goes wrong on this side; where absent, only the client that asked is. */
  readonly failed?: (fault: unknown) => void;
  /** Which clients may ask for more than `/healthz`; the API server's certificate where absent. */
  readonly isAllowed?: (subject: CertificateSubject) => boolean;
  readonly timing?: StreamTiming;
}

/** The kubelet's 30 s for opening (DefaultStreamCreationTimeout); what a broken connection is noticed by is our own. */
const usualTiming: StreamTiming = { openingSeconds: 30, pingSeconds: 10 };

/** PEM: what the node shows, and who signs the certificates of its clients. */
export interface TlsTexts {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface KubeletApi {
  /** Of the first address. */
  readonly port: number;
  /** Shows another certificate from the next connection on. */
  renew(pair: Pick<TlsTexts, "cert" | "key">): void;
  /** Cuts all connections; commands of exec end with them. */
  close(): Promise<void>;
}

/**
 * Serves the node's side of logs, exec, attach and port-forward, as the API server dials it. Rejects where an address can't be listened
 * on.
 * Source: pkg/kubelet/server.
 */
export async function startKubeletApi(options: KubeletApiOptions): Promise<KubeletApi> {
  const upgraded = new Set<Duplex>();
  const servers = options.addresses.map(() => serverOf(options, upgraded));
  const close = async (): Promise<void> => {
    const closed = servers.filter((server) => server.listening).map((server) => closeServer(server));
    for (const socket of upgraded) socket.destroy();
    await Promise.all(closed);
  };
  try {
    const ports = await Promise.all(
      servers.map((server, i) => listen(server, options.addresses[i] ?? "", options.port)),
    );
    const renew = (pair: Pick<TlsTexts, "cert" | "key">): void => {
      for (const server of servers) server.setSecureContext({ ...options.tls, ...pair });
    };
    return { port: ports[0] ?? options.port, renew, close };
  } catch (fault) {
    await close(); // an address that is taken must not leave the others listening
    throw fault;
  }
}

function serverOf(options: KubeletApiOptions, upgraded: Set<Duplex>): Server {
  const server = createServer({ ...options.tls, requestCert: true, rejectUnauthorized: false });
  server.on("request", (request, response) => {
    answer(options, request, response).catch((fault: unknown) => {
      if (!(fault instanceof Refused)) options.failed?.(fault);
      refuse(response, fault);
    });
  });
  server.on("upgrade", (request, socket, head) => {
    upgraded.add(socket);
    socket.on("error", () => socket.destroy()); // whoever uses the connection hears of its end
    socket.once("close", () => upgraded.delete(socket));
    try {
      upgrade(options, request, { socket, head });
    } catch (fault) {
      // It stayed a plain request, and is answered as one.
      if (!(fault instanceof Refused)) options.failed?.(fault);
      socket.end(rawRefusal(fault));
    }
  });
  return server;
}

async function answer(options: KubeletApiOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { route, query } = admitted(options, request);
  const isStream =
    route.kind === "exec" || route.kind === "attach" || route.kind === "portForward" || route.kind === "dial";
  if (!isStream && request.method !== "GET" && request.method !== "HEAD")
    throw new Refused(405, "405: Method Not Allowed", { allow: "GET" });
  switch (route.kind) {
    case "healthz":
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
      return;
    case "pods":
      response.writeHead(200, { "content-type": "application/json" }).end(podList(options.pods));
      return;
    case "containerLogs":
      return serveLogs(options.pods, route.at, { query, response, now: Date.now() });
    case "exec":
    case "attach":
    case "portForward":
    case "dial":
      throw new Refused(400, "unable to upgrade: missing upgrade headers in request");
    case "unknown":
      throw new Refused(404, "404 page not found");
  }
}

const podList = (pods: PodAccess): string =>
  JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items: pods.all() });

interface Connection {
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(options: KubeletApiOptions, request: IncomingMessage, { socket, head }: Connection): void {
  const { route, query } = admitted(options, request);
  const { timing = usualTiming, failed = () => {}, pods } = options;
  const exchange = { request, query, socket, head, timing, failed };
  switch (route.kind) {
    case "exec":
      serveExec(pods, route.at, exchange);
      return;
    case "attach":
      serveAttach(pods, route.at, exchange);
      return;
    case "portForward":
      servePortForward(pods, route.at, exchange);
      return;
    case "dial":
      serveDial(pods, route.at, { ...exchange, refuse: (fault) => socket.end(rawRefusal(fault)) });
      return;
    default:
      throw new Refused(404, "404 page not found");
  }
}

/** What the request is for, if its client may ask for it. Throws `Refused`. */
function admitted(options: KubeletApiOptions, request: IncomingMessage): { route: Route; query: URLSearchParams } {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "https://node");
  const route = routeOf(pathname);
  if (route.kind === "healthz") return { route, query };
  const subject = subjectOf(request.socket);
  if (subject === undefined) throw new Refused(401, "Unauthorized");
  const isAllowed = options.isAllowed ?? isApiServer;
  if (!isAllowed(subject)) throw new Refused(403, `Forbidden (user=${subject.commonName}, resource=nodes)`);
  return { route, query };
}

const refusalOf = (fault: unknown): Refused =>
  fault instanceof Refused ? fault : new Refused(500, fault instanceof Error ? fault.message : String(fault));

function refuse(response: ServerResponse, fault: unknown): void {
  const { status, message, headers } = refusalOf(fault);
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
}

function rawRefusal(fault: unknown): string {
  const { status, message, headers } = refusalOf(fault);
  const body = `${message}\n`;
  const lines = Object.entries({
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body}`;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
