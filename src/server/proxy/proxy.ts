import { badRequest, noSuchPath } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import type { Join } from "../streams/join.ts";
import type { Forwarding } from "./asking.ts";
import { forward } from "./forward.ts";
import { targetOf } from "./target.ts";
import { forwardUpgrade } from "./upgrade.ts";

/** Any request for what is behind a Service, a pod or a node: they answer it. */
export async function proxy(call: Call): Promise<Answer> {
  const forwarding = await forwardingOf(call);
  const { request, path } = call;
  // Links of a page that is relative to no folder would lead elsewhere: kubernetes#4958.
  if (path.rest === "" && (request.method === "GET" || request.method === "HEAD"))
    return { kind: "whole", status: 301, headers: { location: `${prefixOf(call)}/${queryOf(call)}` }, body: "" };
  return forward(request, forwarding);
}

/** The same for a request that asks to become something else than HTTP. */
export async function connectThrough(call: Call): Promise<Join> {
  const forwarding = await forwardingOf(call);
  const join = forwardUpgrade(call.request, forwarding);
  const leave = call.env.openStreams.enter(call.identity);
  return (upgrading) => {
    upgrading.socket.once("close", leave);
    join(upgrading);
  };
}

async function forwardingOf(call: Call): Promise<Forwarding> {
  tellOfOldPath(call);
  const url = `${call.path.rest || "/"}${queryOf(call)}`;
  return { target: await targetOf(call), url, prefix: prefixOf(call), credentials: "stripped" };
}

/** Throws a 404 where the old paths aren't served. */
function tellOfOldPath(call: Call): void {
  const { env, path, warn } = call;
  if (path.isOldProxy === undefined) return;
  if (env.options.legacyProxyPaths === false) throw noSuchPath();
  const { isOldProxy: _, ...asNow } = path;
  const now = `${prefixOf({ ...call, path: asNow })}/`;
  warn(`${prefixOf(call)}/ was removed in Kubernetes v1.10, and is served for old clients; use ${now}`);
}

/** Where the client finds the target's root, without the slash at its end. */
function prefixOf({ path: { namespace, resource, name, isOldProxy } }: Call): string {
  const object = `${namespace === "" ? "" : `/namespaces/${namespace}`}/${resource}/${name}`;
  return isOldProxy === undefined ? `/api/v1${object}/proxy` : `/api/v1/proxy${object}`;
}

/** With its question mark; as it was sent, a parameter `path` too: the target is asked for the path of the URL alone. Throws a 400. */
function queryOf({ request: { url } }: Call): string {
  const query = url.includes("?") ? url.slice(url.indexOf("?")) : "";
  if (!/^[!-~]*$/.test(query)) throw badRequest("the query has characters that a URL can't have");
  return query;
}
