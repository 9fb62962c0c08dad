import { limitRanges as limitRangeKind } from "#api/core/limit-range.ts";
import { resourceQuotas as resourceQuotaKind } from "#api/core/resource-quota.ts";
import { AccessBook } from "#core/access/access-book.ts";
import type { Identity } from "#core/access/identity.ts";
import { badRequest, unauthorized, unavailable } from "#machinery/status.ts";
import type { PortRange } from "#net/port.ts";
import type { Store } from "#store/store.ts";
import { AddressObjects } from "./addresses/address-objects.ts";
import { ServiceAddresses } from "./addresses/service-addresses.ts";
import { ServiceRanges } from "./addresses/service-ranges.ts";
import { KeyedTurns } from "./admission/keyed-turns.ts";
import { NamespacePolicies } from "./admission/namespace-policies.ts";
import { NamespacedObjects } from "./admission/namespaced-objects.ts";
import { statusAnswer } from "./answers/encode.ts";
import { Turns } from "./answers/turns.ts";
import { auditParts } from "./audit/audit-log.ts";
import { AuditedRequest } from "./audit/audited-request.ts";
import { bearerOf } from "./authentication/bearer.ts";
import { impersonated } from "./authentication/impersonation.ts";
import { OidcTokens } from "./authentication/oidc/oidc-tokens.ts";
import { TokenIssuer } from "./authentication/token-issuer.ts";
import { accessFollowers } from "./authorization/access-following.ts";
import { NodeGraph } from "./authorization/node-graph.ts";
import { mayOrThrow } from "./authorization/permission.ts";
import type { Call } from "./call.ts";
import { noCustomResources } from "./documents/custom-resources.ts";
import { documentAnswer, isPublic } from "./documents/documents.ts";
import type { Check } from "./documents/health.ts";
import { type Draining, drainingOf } from "./draining.ts";
import type { Environment, ServerParts } from "./environment.ts";
import { expireEvents } from "./event-expiry.ts";
import {
  type Answer,
  asksForWebSocket,
  type ServerRequest,
  type StreamAnswer,
  withCommonHeaders,
  withWarnings,
} from "./exchange.ts";
import { Fairness, type Seated } from "./fairness/fairness.ts";
import { limits } from "./limits.ts";
import { type RequestLabels, ServerMetrics } from "./metrics/metrics.ts";
import { StoreReadings } from "./metrics/readings.ts";
import { timedStore } from "./metrics/timed-store.ts";
import { isOwnFailure, refusalOf } from "./refusals.ts";
import { labelsOf, strayRequest } from "./requests/request-labels.ts";
import { type Target, targetOf, understand } from "./requests/understand.ts";
import { answerReview } from "./reviews/answer-review.ts";
import { ShareBook } from "./sharing/share-book.ts";
import { type Usher, usherOf } from "./sharing/usher.ts";
import type { Join } from "./streams/join.ts";
import { follow } from "./watches/following.ts";
import { OpenStreams } from "./watches/open-streams.ts";
import { SlowReaders } from "./watches/slow-readers.ts";

/** The API, whatever way its requests come. */
export interface ApiServer {
  /** Answers every request, a failed one with a Status. `identity` is undefined where nobody has shown who they are. */
  readonly handle: (request: ServerRequest, identity: Identity | undefined) => Promise<Answer>;
  /** What becomes of a connection that is to be something else than HTTP. */
  readonly upgrade: (request: ServerRequest, identity: Identity | undefined) => Promise<Upgrade>;
  /** How long a body may take that isn't handed on as it comes. */
  readonly bodyMilliseconds: number;
  /** Tells of what should never happen. */
  readonly report: (fault: unknown) => void;
  /** The links to single Services, and who brings their guests there. */
  readonly sharing: { readonly book: ShareBook; readonly usher: Usher };
  /** Node ports given out from now on. */
  readonly setNodePortRange: (range: PortRange) => void;
  /** Is ready no more, and resolves when what is being worked on has been answered, or has taken too long; watches go on. */
  readonly drain: () => Promise<void>;
  readonly close: () => void;
}

/** Somebody takes it over, or it is answered: where the answer goes on, by messages of a WebSocket. */
export type Upgrade =
  | { readonly kind: "stream"; readonly join: Join }
  | { readonly kind: "answer"; readonly answer: Answer };

const expireEventsEveryMs = 60_000;
const slowness = {
  ofOne: limits.waitingWatchBytes,
  ofAll: limits.waitingWatchesBytes,
  endingMs: limits.endingWatchMs,
};

/** Reads what the store holds, and is ready. */
export async function createApiServer(parts: ServerParts): Promise<ApiServer> {
  const { options, chance, now, report } = parts;
  const { inFlight = limits.inFlight, bodyMilliseconds = limits.bodyMilliseconds } = options;
  const metrics = new ServerMetrics();
  const store = timedStore(parts.store, metrics.registry);
  const draining = drainingOf(metrics);
  const ranges = new ServiceRanges(options.serviceRanges);
  const objects = new AddressObjects({ store, now, uuid: chance.uuid, report });
  const serviceAddresses = new ServiceAddresses({ ranges, objects }, options.nodePortRange, chance.number);
  const nodeGraph = new NodeGraph();
  const accessBook = new AccessBook();
  const limitRanges = new NamespacedObjects(limitRangeKind);
  const resourceQuotas = new NamespacedObjects(resourceQuotaKind);
  const podSecurity = new NamespacePolicies();
  const shareBook = new ShareBook();
  const indexes = [shareBook, nodeGraph, ...accessFollowers(accessBook), podSecurity, limitRanges, resourceQuotas];
  const followers = [serviceAddresses, ranges, objects.ofServices, objects.ofAddresses, ...indexes];
  const followings = await Promise.all(followers.map((one) => follow(store, one, report)));
  objects.begin();
  const env: Environment = {
    ...parts,
    store,
    serviceAddresses,
    nodeGraph,
    accessBook,
    podSecurity,
    limitRanges,
    resourceQuotas,
    quotaTurns: new KeyedTurns(),
    metrics,
    readings: new StoreReadings(metrics.registry),
    checks: checksOf(store, { draining, isSynced: () => followings.every((one) => one.isSynced()) }),
    openStreams: new OpenStreams(),
    shareBook,
    slowReaders: new SlowReaders(slowness),
    turns: new Turns(),
    audit: auditParts(options.audit, metrics.registry, report),
    fairness: new Fairness({ ...inFlight, bodyMilliseconds }, metrics.registry),
    tokenIssuer: options.tokens && new TokenIssuer(options.tokens),
    oidc: options.oidc && new OidcTokens(options.oidc, parts),
  };
  const expiry = setInterval(() => expireEvents(store, now()).catch(report), expireEventsEveryMs).unref();
  return {
    handle: (request, identity) => handle(env, request, identity),
    upgrade: (request, identity) => upgrade(env, request, identity),
    bodyMilliseconds,
    report,
    sharing: { book: shareBook, usher: usherOf(env) },
    setNodePortRange: (range) => {
      serviceAddresses.nodePortRange = range;
    },
    drain: draining.drain,
    close: () => {
      clearInterval(expiry);
      for (const { stop } of followings) stop();
      metrics.close();
    },
  };
}

interface Ready {
  readonly draining: Draining;
  readonly isSynced: () => boolean;
}

/** By the names that kube-apiserver has for them; the store stands where its etcd does. */
const checksOf = (store: Store, { draining, isSynced }: Ready): readonly Check[] => [
  { name: "ping", probe: async () => {} },
  { name: "etcd", probe: () => store.revision() },
  { name: "informer-sync", isOfReadiness: true, probe: () => holds(isSynced(), "what is stored is being read anew") },
  { name: "shutdown", isOfReadiness: true, probe: () => holds(!draining.hasBegun(), "the server is shutting down") },
];

async function holds(claim: boolean, otherwise: string): Promise<void> {
  if (!claim) throw unavailable(otherwise);
}

async function handle(env: Environment, request: ServerRequest, identity: Identity | undefined): Promise<Answer> {
  const { metrics, audit } = env;
  const begun = performance.now();
  const ended = metrics.began(request.method);
  const warnings: string[] = [];
  const auditId = env.chance.uuid();
  const audited = audit && new AuditedRequest(audit, { env, request, auditId });
  const asking: Asking = { identity, warn: (text) => warnings.push(text), labels: strayRequest, begun, audited };
  const told = await answer(env, audited?.request ?? request, asking).catch((fault: unknown) => {
    const { status, headers } = refusalOf(fault, env.report);
    audited?.refused(status, isOwnFailure(fault));
    return statusAnswer(status, request.headers.accept, headers);
  });
  ended();
  return withWarnings(withCommonHeaders(measured(env, told, asking), auditId), warnings);
}

/** Counts an answer that doesn't go on; one in pieces when the last of them has been taken. */
function measured({ metrics }: Environment, told: Answer, { labels, begun, audited }: Asking): Answer {
  const counted = (bytes: number): void => {
    metrics.answered(labels, { code: told.status, seconds: (performance.now() - begun) / 1000, bytes });
    audited?.ended(told.status, told.kind === "whole" ? told : undefined);
  };
  switch (told.kind) {
    case "whole":
      counted(told.body.length);
      return told;
    case "pieces":
      return { ...told, pieces: () => counting(told.pieces(), counted) };
    case "stream":
      return told;
  }
}

async function* counting(
  pieces: AsyncIterable<Uint8Array>,
  counted: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  } finally {
    counted(bytes);
  }
}

interface Asking {
  readonly identity: Identity | undefined;
  readonly warn: (text: string) => void;
  /** What the request is counted as. */
  labels: RequestLabels;
  /** When it came, by the clock of `performance`. */
  readonly begun: number;
  readonly audited: AuditedRequest | undefined;
}

/** Subresources whose answers go on as long as somebody says something. */
const endless: ReadonlySet<string> = new Set(["log", "proxy"]);

/** By somebody known. */
interface Asked extends Asking {
  readonly target: Target;
  readonly asker: Identity;
}

async function answer(env: Environment, request: ServerRequest, asking: Asking): Promise<Answer> {
  const target = targetOf(request);
  const { path, query } = target;
  asking.labels = labelsOf(env.catalogue, request, target);
  const { audited } = asking;
  const identity = await senderOf(env, request, { ...asking, target });
  if (path.kind === "document" && isPublic(path.path)) return documentAnswer(env, request, { path: path.path, query });
  const asker = askerOf(env, request, identity);
  audited?.actsFor(asker);
  const seated = env.fairness.begin(request, asker);
  try {
    const told = await answerTo(env, seated, { ...asking, target, asker });
    return told.kind === "stream" ? followed(env, told, { ...asking, identity: asker }) : told;
  } finally {
    seated.leave();
  }
}

const annotatorOf =
  (audited: AuditedRequest | undefined): Call["annotate"] =>
  (key, value) =>
    audited?.annotate(key, value);

/** What somebody known is told. A request that reads has a seat from the beginning, one that sends something once that has been read. */
async function answerTo(env: Environment, { request, enter }: Seated, asking: Asked): Promise<Answer> {
  const { asker: identity, warn, audited } = asking;
  const annotate = annotatorOf(audited);
  const { path, query } = asking.target;
  const isReading = request.method === "GET" || request.method === "HEAD";
  if (path.kind === "document") {
    mayOrThrow(env, identity, { kind: "document", verb: request.method.toLowerCase(), path: path.path });
    await enter();
    return documentAnswer(env, request, { path: path.path, query });
  }
  const spoken = env.catalogue.reviewAt(path.group, path.version, path.resource);
  if (spoken !== undefined) return answerReview(env, request, { spoken, identity, warn, path, query });
  const none = await noCustomResources(env, request, { identity, path, query });
  if (none !== undefined) return none;
  const { call, route } = understand(env, request, { identity, warn, annotate, path, query });
  const goesOn = route.verb === "watch" || endless.has(call.subresource?.name ?? "");
  if (isReading && !goesOn) await enter();
  const leave = goesOn ? env.openStreams.enter(identity) : () => {};
  try {
    return await route.run(call);
  } finally {
    leave();
  }
}

/** Counts an answer as long as it goes on. */
function followed(
  env: Environment,
  told: StreamAnswer,
  { identity, labels, begun, audited }: Asking & { readonly identity: Identity },
): Answer {
  const { metrics, openStreams } = env;
  const counted = labels.verb === "WATCH" ? metrics.counted(told, labels) : told;
  return openStreams.follow(counted, identity, () => {
    const closed = metrics.opened(labels);
    audited?.started(told.status);
    return () => {
      closed();
      audited?.ended(told.status);
      metrics.answered(labels, { code: told.status, seconds: (performance.now() - begun) / 1000, bytes: undefined });
    };
  });
}

/** Who has sent a request; undefined where nobody says. Throws a 401. */
async function senderOf(
  env: Environment,
  request: ServerRequest,
  { identity, audited, target }: Pick<Asking, "identity" | "audited"> & { readonly target: Target },
): Promise<Identity | undefined> {
  if (identity !== undefined) audited?.identified(identity, target);
  if (identity !== undefined || audited === undefined) return identity ?? bearerOf(request, env);
  const [shown] = await Promise.allSettled([bearerOf(request, env)]);
  audited.identified(shown.status === "fulfilled" ? shown.value : undefined, target);
  if (shown.status === "rejected") throw shown.reason;
  return shown.value;
}

/** For whom a request acts. Throws a 400, 401 or 403. */
function askerOf(env: Environment, request: ServerRequest, identity: Identity | undefined): Identity {
  if (identity === undefined) throw unauthorized();
  return impersonated(env, request, identity);
}

/** What is answered over a WebSocket as it is over HTTP: watches, which are of no subresource, and logs. */
const asMessages: ReadonlySet<string> = new Set(["", "log"]);

async function upgrade(env: Environment, request: ServerRequest, identity: Identity | undefined): Promise<Upgrade> {
  const { path, query } = targetOf(request);
  if (path.kind === "resource" && asMessages.has(path.subresource) && asksForWebSocket(request))
    return { kind: "answer", answer: await handle(env, request, identity) };
  const { audit } = env;
  const auditId = env.chance.uuid();
  const audited = audit && new AuditedRequest(audit, { env, request, auditId });
  try {
    const sender = await senderOf(env, request, { identity, audited, target: { path, query } });
    if (path.kind !== "resource" || path.subresource === "") throw badRequest("nothing here takes an upgrade");
    const asker = askerOf(env, request, sender);
    audited?.actsFor(asker);
    const annotate = annotatorOf(audited);
    const { call, route } = understand(env, request, { identity: asker, warn: () => {}, annotate, path, query });
    if (route.connect === undefined) throw badRequest("nothing here takes an upgrade");
    return { kind: "stream", join: joining(await route.connect(call), auditId, audited) };
  } catch (fault) {
    const { status, headers } = refusalOf(fault, env.report);
    audited?.refused(status, isOwnFailure(fault));
    audited?.ended(status.code);
    return { kind: "answer", answer: withCommonHeaders(statusAnswer(status, undefined, headers), auditId) };
  }
}

const switching = 101;

/** The same, told of as long as the connection lasts. */
const joining =
  (join: Join, auditId: string, audited: AuditedRequest | undefined): Join =>
  (upgrading) => {
    audited?.started(switching);
    upgrading.socket.once("close", () => audited?.ended(switching));
    join({ ...upgrading, auditId });
  };
