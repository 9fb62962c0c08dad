import type { RequestOptions } from "node:https";
import { badRequest, forbidden, noSuchPath, unauthorized } from "#machinery/status.ts";
import type { PortRange } from "#net/port.ts";
import { bearerOf } from "./authentication.ts";
import { NodeGraph } from "./authorization/node-graph.ts";
import { documentAnswer, isPublic } from "./documents.ts";
import type { Environment, ServerParts } from "./environment.ts";
import { expireEvents } from "./event-expiry.ts";
import { type Answer, type Identity, type ServerRequest, statusAnswer, withWarnings } from "./exchange.ts";
import { follow } from "./following.ts";
import { type Labels, Metrics } from "./metrics.ts";
import { OpenStreams } from "./open-streams.ts";
import { refusalOf } from "./refusals.ts";
import { ServiceAddresses } from "./service-addresses.ts";
import { mayOrThrow, targetOf, understand } from "./understand.ts";
import { execTarget } from "./verbs/exec.ts";

/** The API, whatever way its requests come. */
export interface ApiServer {
  /** Answers every request, a failed one with a Status. `identity` is undefined where nobody has shown who they are. */
  readonly handle: (request: ServerRequest, identity: Identity | undefined) => Promise<Answer>;
  /** Where a connection goes that is to become something else than HTTP. Rejects with a `StatusError`. */
  readonly upgradeTarget: (request: ServerRequest, identity: Identity | undefined) => Promise<RequestOptions>;
  /** Tells of what should never happen. */
  readonly report: (fault: unknown) => void;
  /** Node ports given out from now on. */
  readonly setNodePortRange: (range: PortRange) => void;
  readonly close: () => void;
}

const expireEventsEveryMs = 60_000;

/** Reads what the store holds, and is ready. */
export async function createApiServer(parts: ServerParts): Promise<ApiServer> {
  const { store, options, chance, now, report } = parts;
  const serviceAddresses = new ServiceAddresses(options.serviceRanges, options.nodePortRange, chance.number);
  const nodeGraph = new NodeGraph();
  const followed = [serviceAddresses, nodeGraph].map((one) => follow(store, one, report));
  const stopFollowing = await Promise.all(followed);
  const env: Environment = {
    ...parts,
    serviceAddresses,
    nodeGraph,
    metrics: new Metrics(),
    openStreams: new OpenStreams(),
  };
  const expiry = setInterval(() => expireEvents(store, now()).catch(report), expireEventsEveryMs).unref();
  return {
    handle: (request, identity) => handle(env, request, identity),
    upgradeTarget: (request, identity) => upgradeTarget(env, request, identity),
    report,
    setNodePortRange: (range) => {
      serviceAddresses.nodePortRange = range;
    },
    close: () => {
      clearInterval(expiry);
      for (const stop of stopFollowing) stop();
    },
  };
}

async function handle(env: Environment, request: ServerRequest, identity: Identity | undefined): Promise<Answer> {
  const warnings: string[] = [];
  const asking = { identity, warn: (text: string) => warnings.push(text), labels: unknown };
  const told = await answer(env, request, asking).catch((fault: unknown) => {
    const { status, headers } = refusalOf(fault, env.report);
    return statusAnswer(status, headers);
  });
  env.metrics.answered(asking.labels, told.status);
  return withWarnings(told, warnings);
}

/** Of requests that are refused before it is known what they want. */
const unknown: Labels = { verb: "", resource: "", subresource: "" };

interface Asking {
  readonly identity: Identity | undefined;
  readonly warn: (text: string) => void;
  /** What the request is counted as. */
  labels: Labels;
}

async function answer(env: Environment, request: ServerRequest, asking: Asking): Promise<Answer> {
  const { path, query } = targetOf(request);
  const { warn } = asking;
  const identity = asking.identity ?? (await bearerOf(request, env));
  if (path.kind === "document" && isPublic(path.path)) return documentAnswer(env, request, { path: path.path, query });
  const asker = askerOf(request, identity);
  if (path.kind === "document") {
    mayOrThrow(env, asker, { kind: "document", verb: request.method.toLowerCase(), path: path.path });
    return documentAnswer(env, request, { path: path.path, query });
  }
  const { call, route } = understand(env, request, { identity: asker, warn, path, query });
  asking.labels = { verb: route.verb, resource: path.resource, subresource: path.subresource };
  env.openStreams.admit(asker);
  const told = await route.run(call);
  return told.kind === "whole" ? told : env.openStreams.follow(told, asker, () => env.metrics.opened(asking.labels));
}

/** Throws a 401; a 403 for whoever wants to be taken for somebody else, since doing it as oneself would be another thing. */
function askerOf({ headers }: ServerRequest, identity: Identity | undefined): Identity {
  if (identity === undefined) throw unauthorized();
  if (!Object.keys(headers).some((name) => name.startsWith("impersonate-"))) return identity;
  const detail = `User ${JSON.stringify(identity.user)} cannot impersonate resource "users" in API group "" at the cluster scope`;
  throw forbidden({ group: "", kind: "User", plural: "users" }, headers["impersonate-user"] ?? "", detail);
}

async function upgradeTarget(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<RequestOptions> {
  try {
    return await execPath(env, request, identity);
  } catch (fault) {
    throw refusalOf(fault, env.report);
  }
}

/** A WebSocket's handshake is a GET, but what it leads to is no reading. Source: KEP-4006. */
async function execPath(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<RequestOptions> {
  const { path, query } = targetOf(request);
  const asker = askerOf(request, identity ?? (await bearerOf(request, env)));
  if (path.kind !== "resource" || path.subresource === "") throw badRequest("nothing here takes an upgrade");
  if (path.resource !== "pods" || path.subresource !== "exec") throw noSuchPath();
  const asked = { ...request, method: "POST" };
  return execTarget(understand(env, asked, { identity: asker, warn: () => {}, path, query }).call);
}
