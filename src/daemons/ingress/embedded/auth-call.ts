import type { IncomingMessage, RequestOptions } from "node:http";
import { request as requestSecure } from "node:https";
import type { AuthAnswer, AuthRequest } from "#core/routes/filters/external-auth.ts";
import type { Header } from "#core/routes/route-filters.ts";

// An import of node:http makes everything that it exports: that costs 30 ms and 12 MB, which a call does not.
const { request: requestPlain } = process.getBuiltinModule("node:http");

const timeoutMs = 10_000;

/** Asks the service that says whether a request may pass; `heard` is called once, with undefined where it gives no answer in time. */
export function askAuthService({ method, url, headers }: AuthRequest, heard: (answer: AuthAnswer) => void): void {
  const target = URL.parse(url);
  if (target === null || (target.protocol !== "http:" && target.protocol !== "https:")) {
    heard(undefined);
    return;
  }
  const { promise, resolve } = Promise.withResolvers<AuthAnswer>();
  const options: RequestOptions = {
    method,
    headers: headers.flatMap(({ name, value }) => [name, value]),
    setHost: false,
    signal: AbortSignal.timeout(timeoutMs),
  };
  options.headers = ["Host", target.host, ...headers.flatMap(({ name, value }) => [name, value])];
  const answered = (answer: IncomingMessage): void => {
    // Only its head counts; a body that doesn't end would hold the connection.
    answer.destroy();
    resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer.rawHeaders) });
  };
  const call =
    target.protocol === "https:" ? requestSecure(target, options, answered) : requestPlain(target, options, answered);
  call.on("error", () => resolve(undefined));
  call.end();
  promise.then(heard);
}

function headersOf(raw: readonly string[]): readonly Header[] {
  const headers: Header[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    headers.push({ name: (raw[at] ?? "").toLowerCase(), value: raw[at + 1] ?? "" });
  return headers;
}
