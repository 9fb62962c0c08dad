import type { IncomingMessage, ServerResponse } from "node:http";
import { hostname, plainIp, pod, showPeer } from "./identity.ts";

let healthy = true;

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What follows the name: `/status/404`. */
  readonly argument: string;
}

/** By the first part of the path. */
const named: Readonly<Record<string, (call: Call) => void>> = {
  hostname: ({ response }) => text(response, 200, hostname),
  clientip: ({ request, response }) =>
    text(response, 200, showPeer(request.socket.remoteAddress, request.socket.remotePort)),
  echo: ({ request, response, query }) => {
    const message = query.get("msg");
    if (message === null) greet(request, response);
    else text(response, 200, message);
  },
  headers: ({ request, response }) => json(response, request.headers),
  request: ({ request, response, path }) => json(response, describe(request, path)),
  status: (call) => withNumber(call, [200, 599], (code) => text(call.response, code, `status ${code}`)),
  delay: (call) =>
    withNumber(call, [0, 3_600_000], (milliseconds) => {
      const timer = setTimeout(() => greet(call.request, call.response), milliseconds);
      call.response.on("close", () => clearTimeout(timer));
    }),
  bytes: (call) => withNumber(call, [0, 2 ** 40], (count) => bytes(call.response, count)),
  healthz: ({ response }) => (healthy ? text(response, 200, "ok") : text(response, 503, "failing")),
  fail: ({ response }) => turn(response, false),
  recover: ({ response }) => turn(response, true),
};

/** Answers an HTTP request by its path. */
export function answer(request: IncomingMessage, response: ServerResponse): void {
  // The target may be absolute too (RFC 9112, section 3.2.2).
  const [path = "/", query = ""] = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/, "").split("?", 2);
  const [, name = "", argument = ""] = path.split("/");
  const known = Object.hasOwn(named, name) ? named[name] : undefined;
  if (known === undefined) greet(request, response);
  else known({ request, response, path, query: new URLSearchParams(query), argument });
}

function turn(response: ServerResponse, to: boolean): void {
  healthy = to;
  text(response, 200, to ? "ok" : "failing");
}

/** A body comes back as it came; without one, whom you have hit. */
function greet(request: IncomingMessage, response: ServerResponse): void {
  const { "content-length": length = "0", "transfer-encoding": encoding, "content-type": type } = request.headers;
  if (request.method !== "POST" || (length === "0" && encoding === undefined)) {
    text(response, 200, `You've hit ${hostname}`);
    return;
  }
  if (type !== undefined) response.setHeader("content-type", type);
  if (encoding === undefined) response.setHeader("content-length", length);
  request.pipe(response);
}

const text = (response: ServerResponse, code: number, line: string): void =>
  send(response, code, "text/plain; charset=utf-8", `${line}\n`);
const json = (response: ServerResponse, value: unknown): void =>
  send(response, 200, "application/json", `${JSON.stringify(value, null, 2)}\n`);

function send(response: ServerResponse, code: number, type: string, body: string): void {
  const bodiless = code === 204 || code === 205 || code === 304;
  const head = bodiless ? {} : { "content-type": type, "content-length": Buffer.byteLength(body) };
  response.writeHead(code, head).end(bodiless ? undefined : body);
}

function describe(request: IncomingMessage, path: string): unknown {
  return {
    method: request.method,
    path,
    host: request.headers.host ?? null,
    headers: request.headers,
    protocol: `HTTP/${request.httpVersion}`,
    tls: "encrypted" in request.socket,
    ...pod,
    ip: plainIp(request.socket.localAddress),
  };
}

function withNumber(
  { response, argument }: Call,
  range: readonly [number, number],
  then: (number: number) => void,
): void {
  const number = /^\d{1,13}$/.test(argument) ? Number(argument) : -1;
  const [least, most] = range;
  if (number >= least && number <= most) then(number);
  else text(response, 400, `a number from ${least} to ${most} is wanted, not ${JSON.stringify(argument)}`);
}

const block = Buffer.alloc(64 * 1024, "portolan");

function bytes(response: ServerResponse, count: number): void {
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": count });
  let left = count;
  const more = (): void => {
    while (left > 0) {
      const piece = block.subarray(0, Math.min(left, block.length));
      left -= piece.length;
      if (!response.write(piece)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}
