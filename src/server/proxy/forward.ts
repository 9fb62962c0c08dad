import type { ClientRequest, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { answeredFields } from "#core/api-proxy/fields.ts";
import { type Page, proxiedLink } from "#core/api-proxy/links.ts";
import { unavailable } from "#machinery/status.ts";
import { showHost } from "#net/http1/authority.ts";
import { type Answer, type Headers, type Outlet, type ServerRequest, whenClosed } from "../exchange.ts";
import { limits } from "../limits.ts";
import { ask, type Forwarding, isBodiless, targetUnreachable } from "./asking.ts";
import { rewritten } from "./html.ts";

/**
 * Passes a request on to a target, and gives its answer: bodies go both ways as they come, however long, and no faster than they are
 * taken. Redirects are the client's to follow. Throws a 503 where the target can't be reached.
 */
export async function forward(request: ServerRequest, forwarding: Forwarding): Promise<Answer> {
  const told = await answered(request, forwarding);
  const status = told.statusCode ?? 0;
  if (status < 200 || status > 599) {
    told.destroy();
    throw unavailable(`error trying to reach service: malformed HTTP status code ${JSON.stringify(String(status))}`);
  }
  const page = pageOf(request, forwarding);
  const { headers, body } = rewritten(told, {
    method: request.method,
    page,
    headers: headersOf(told, forwarding, page),
  });
  return {
    kind: "stream",
    status,
    headers,
    run: (outlet) => {
      whenClosed(outlet, () => told.destroy());
      pour(body(), outlet);
    },
  };
}

/** The head of the answer. A kept connection that was closed meanwhile is replaced by another one. */
async function answered(request: ServerRequest, forwarding: Forwarding): Promise<IncomingMessage> {
  for (;;) {
    const asked = ask(request, forwarding);
    asked.setTimeout(limits.idleConnectionMs, () => asked.destroy(new Error("nothing moved for hours")));
    const head = headOf(asked);
    if (isBodiless(request)) asked.end();
    else
      pourBody(request, asked).then(
        () => asked.end(),
        (fault: Error) => asked.destroy(fault),
      );
    const told = await head;
    if (!(told instanceof Error)) return told;
    if (!asked.reusedSocket || !("code" in told) || told.code !== "ECONNRESET")
      throw targetUnreachable(forwarding.target, told);
  }
}

const headOf = (asked: ClientRequest): Promise<IncomingMessage | Error> =>
  new Promise((resolve) => {
    asked.once("response", resolve);
    asked.on("error", resolve);
  });

/**
 * A body that the target takes no more is read on: who left it lying would lose the connection, on which the answer is to go. Rejects
 * where the client has gone in the middle of it.
 */
async function pourBody(request: ServerRequest, to: ClientRequest): Promise<void> {
  for await (const piece of request.bodyPieces()) if (!to.destroyed && !to.write(piece)) await drained(to);
}

const drained = (to: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      to.off("drain", done).off("close", done);
      resolve();
    };
    if (to.destroyed) resolve();
    else to.on("drain", done).on("close", done);
  });

function pour(from: Readable, to: Outlet): void {
  if ("setTimeout" in from && typeof from.setTimeout === "function")
    from.setTimeout(limits.idleConnectionMs, () => from.destroy());
  from.on("error", () => to.cut()); // the target broke off, and so must the answer
  from.on("close", () => {
    if (!from.readableEnded) to.cut();
  });
  from.on("end", () => to.end());
  from.on("data", (chunk: Uint8Array) => {
    if (to.write(chunk) < limits.waitingProxyBytes) return;
    from.pause();
    void to.drained().then(() => from.resume());
  });
}

function pageOf({ headers }: ServerRequest, { target: { scheme, host, port }, prefix }: Forwarding): Page {
  const own = `${showHost(host)}:${port}`;
  return { prefix, scheme, hosts: [own, ...(headers.host === undefined ? [] : [headers.host])] };
}

function headersOf(told: IncomingMessage, forwarding: Forwarding, page: Page): Headers {
  const headers = answeredFields(told.headers, forwarding);
  const { location } = headers;
  return typeof location === "string" ? { ...headers, location: proxiedLink(location, page) ?? location } : headers;
}
