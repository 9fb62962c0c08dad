import type { AnyKind, Subresource } from "#machinery/kind.ts";
import type { Verb } from "../call.ts";
import { connectThrough, proxy } from "../proxy/proxy.ts";
import { attach } from "../streams/attach.ts";
import { exec } from "../streams/exec.ts";
import { type Connect, needsUpgrade } from "../streams/join.ts";
import { portForward } from "../streams/port-forward.ts";
import { bind } from "./bind.ts";
import { create } from "./create.ts";
import { deleteOne } from "./delete.ts";
import { deleteCollection } from "./delete-collection.ts";
import { evict } from "./evict.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { log } from "./log.ts";
import { patch } from "./patch.ts";
import { getScale, patchScale, updateScale } from "./scale.ts";
import { createToken } from "./token.ts";
import { update } from "./update.ts";
import { watch } from "./watch.ts";

/** What the API calls a verb, and who does it. */
export interface Route {
  readonly verb: string;
  readonly run: Verb;
  /** For a request that asks to become something else than HTTP; absent: it can't. */
  readonly connect?: Connect;
}

// By the request's method. Maps, since over HTTP/2 any word is one, `constructor` too.
const collection = new Map<string, Route>([
  ["GET", { verb: "list", run: list }],
  ["POST", { verb: "create", run: create }],
  ["DELETE", { verb: "deletecollection", run: deleteCollection }],
]);
const object = new Map<string, Route>([
  ["GET", { verb: "get", run: get }],
  ["PUT", { verb: "update", run: update }],
  ["PATCH", { verb: "patch", run: patch }],
  ["DELETE", { verb: "delete", run: deleteOne }],
]);
export const watchRoute: Route = { verb: "watch", run: watch };

const verbs = new Map([
  ["GET", "get"],
  ["POST", "create"],
  ["PUT", "update"],
  ["PATCH", "patch"],
  ["DELETE", "delete"],
]);

/** The same for every kind that has them. */
const common: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  scale: { get: getScale, update: updateScale, patch: patchScale },
  status: { get, update, patch },
  finalize: { update },
  proxy: { get: proxy, create: proxy, update: proxy, patch: proxy, delete: proxy },
};
/** By `GROUP/PLURAL/SUBRESOURCE`. */
const special: Readonly<Record<string, Readonly<Record<string, Verb>>>> = {
  "/pods/binding": { create: bind },
  "/pods/eviction": { create: evict },
  "/pods/log": { get: log },
  "/serviceaccounts/token": { create: createToken },
  "certificates.k8s.io/certificatesigningrequests/approval": { get, update, patch },
};

/** What is done over a connection of its own. A WebSocket's handshake is a GET, but what it leads to is no reading: KEP-4006. */
const streams: Readonly<Record<string, Connect>> = {
  "/pods/attach": attach,
  "/pods/exec": exec,
  "/pods/portforward": portForward,
};

type Placed = Pick<AnyKind, "group" | "plural">;
function handlers({ group, plural }: Placed, { name }: Subresource): Readonly<Record<string, Verb>> {
  const path = `${group}/${plural}/${name}`;
  if (streams[path] !== undefined) return { get: needsUpgrade, create: needsUpgrade };
  return special[path] ?? common[name] ?? {};
}

/** Whether anything can be done with a subresource that a kind declares. */
export const servesSubresource = (kind: Placed, subresource: Subresource): boolean =>
  Object.keys(handlers(kind, subresource)).length > 0;

/** Who answers; undefined where the method means nothing there. */
export function routeOf(
  kind: AnyKind,
  subresource: Subresource | undefined,
  { method, namespace, name }: Target,
): Route | undefined {
  const meant = method === "HEAD" ? "GET" : method;
  if (subresource === undefined && name === "")
    return kind.scope === "Namespaced" && namespace === "" && meant !== "GET" ? undefined : collection.get(meant);
  if (subresource === undefined) return object.get(meant);
  // Asking what may be asked is a verb without a name, which only who may do everything may. Source: RequestInfoFactory.
  if (subresource.name === "proxy" && (verbs.has(meant) || meant === "OPTIONS"))
    return { verb: verbs.get(meant) ?? "", run: proxy, connect: connectThrough };
  const verb = verbs.get(meant) ?? "";
  const run = subresource.verbs.includes(verb) ? handlers(kind, subresource)[verb] : undefined;
  if (run === undefined) return undefined;
  const connect = streams[`${kind.group}/${kind.plural}/${subresource.name}`];
  return connect === undefined ? { verb, run } : { verb: "create", run, connect };
}

export interface Target {
  readonly method: string;
  /** Empty: all of them, which can be read together, and in no other way. */
  readonly namespace: string;
  /** Empty: the collection. */
  readonly name: string;
}
