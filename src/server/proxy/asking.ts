import type { ClientRequest, RequestOptions } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { codingsAsked, passedFields } from "#core/api-proxy/fields.ts";
import { unreachableTarget } from "#core/api-proxy/reach-faults.ts";
import { type StatusError, unavailable } from "#machinery/status.ts";
import { showHost } from "#net/http1/authority.ts";
import type { ServerRequest } from "../exchange.ts";
import { byAgent } from "./by-agent.ts";
import type { Target } from "./reach.ts";

// An import of node:http makes everything that it exports: that costs 30 ms and 12 MB, which a call does not.
const { Agent: PlainAgent, request: plainRequest } = process.getBuiltinModule("node:http");

/** One request that is passed on to a target. */
export interface Forwarding {
  readonly target: Target;
  /** Path and query that the target is asked for. */
  readonly url: string;
  /** Path under which the client reaches the target's root, without the slash at its end; empty: there is none, and pages stay as they are. */
  readonly prefix: string;
  /** `stripped`: the client's credentials and cookies stay here, and the target's cookies with it. */
  readonly credentials: "stripped" | "passed";
}

/** As Go's net.Dialer is set up in kube-apiserver. */
const connectMs = 30_000;
/** Connections that nobody uses are kept so long, and so many of one target. */
const kept = { keepAlive: true, maxFreeSockets: 8, timeout: 15_000 };
const plainAgent = new PlainAgent(kept);
/** Targets have no names, and certificates of their own making: nothing is checked, and nothing shown. */
const insecure = { rejectUnauthorized: false, servername: "" };
const tlsAgent = new TlsAgent({ ...kept, ...insecure });

/** What is sent again without harm, where a connection that was kept turns out to be closed. */
const isRepeatable = ({ method }: ServerRequest): boolean =>
  method === "GET" || method === "HEAD" || method === "OPTIONS";

/** Begins to ask; the body is still to come. `further` are header lines of this connection alone: they make it one that isn't shared. */
export function ask(
  request: ServerRequest,
  { target, url, prefix, credentials }: Forwarding,
  further?: Readonly<Record<string, string>>,
): ClientRequest {
  const { scheme, host, port, agent } = target;
  const at = showHost(host);
  const connection = request.connection?.();
  const { "content-length": _, ...headers } = passedFields(request.headers, {
    peer: connection?.peer,
    scheme: connection?.isEncrypted === false ? "http" : "https",
    host: request.headers.host ?? `${at}:${port}`,
    path: prefix + (url.split("?")[0] ?? ""),
    credentials,
  });
  const isShared = further === undefined && isRepeatable(request) && isBodiless(request);
  const shared = scheme === "https" ? { agent: tlsAgent, ...insecure } : { agent: plainAgent };
  const options: RequestOptions = {
    ...(agent ?? { ...shared, host, port }),
    ...(!isShared && { agent: false }),
    ...(target.dial && { agent: undefined, createConnection: byAgent(target, target.dial) }),
    method: request.method,
    path: url,
    headers: { ...headers, ...lengthOf(request), ...(prefix !== "" && codingsAsked(request.headers)), ...further },
    setHost: false,
  };
  const asked = scheme === "https" ? tlsRequest(options) : plainRequest(options);
  if (target.dial === undefined) connectInTime(asked, scheme === "https" ? "secureConnect" : "connect");
  // A fault of its own: who has gone needs no second attempt.
  connection?.whenOver(() => asked.destroy(new Error("the client has gone")));
  return asked;
}

/** How the target is told where the body ends: by itself Node writes that for some methods only. */
function lengthOf(request: ServerRequest): Readonly<Record<string, string>> {
  if (isBodiless(request)) return {};
  const { "content-length": length } = request.headers;
  return length === undefined ? { "transfer-encoding": "chunked" } : { "content-length": length };
}

export const isBodiless = ({ connection, method }: ServerRequest): boolean =>
  connection?.().isBodiless ?? (method === "GET" || method === "HEAD");

function connectInTime(asked: ClientRequest, done: "connect" | "secureConnect"): void {
  asked.once("socket", (socket) => {
    if (asked.reusedSocket) return;
    const late = Object.assign(new Error("connecting took too long"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => asked.destroy(late), connectMs);
    socket.once(done, () => clearTimeout(timer));
    asked.once("close", () => clearTimeout(timer));
  });
}

/** A 503. */
export function targetUnreachable({ host, port }: Target, fault: Error): StatusError {
  const code = "code" in fault ? String(fault.code) : "";
  const at = `${showHost(host)}:${port}`;
  return unavailable(unreachableTarget({ code, message: fault.message }, at));
}
