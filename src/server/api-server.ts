import { limitRanges as limitRangeKind } from "#api/core/limit-range.ts";
import { resourceQuotas as resourceQuotaKind } from "#api/core/resource-quota.ts";
import { AccessBook } from "#core/access/access-book.ts";
import type { Identity } from "#core/access/identity.ts";
import type { PortRange } from "#net/port.ts";
import { AddressObjects } from "./addresses/address-objects.ts";
import { ServiceAddresses } from "./addresses/service-addresses.ts";
import { ServiceRanges } from "./addresses/service-ranges.ts";
import { KeyedTurns } from "./admission/keyed-turns.ts";
import { NamespacePolicies } from "./admission/namespace-policies.ts";
import { NamespacedObjects } from "./admission/namespaced-objects.ts";
import { Turns } from "./answers/turns.ts";
import { auditParts } from "./audit/audit-log.ts";
import { OidcTokens } from "./authentication/oidc/oidc-tokens.ts";
import { TokenIssuer } from "./authentication/token-issuer.ts";
import { accessFollowers } from "./authorization/access-following.ts";
import { NodeGraph } from "./authorization/node-graph.ts";
import { checksOf } from "./documents/checks.ts";
import { drainingOf } from "./draining.ts";
import type { Environment, ServerParts } from "./environment.ts";
import { expireEvents } from "./event-expiry.ts";
import type { Answer, ServerRequest } from "./exchange.ts";
import { Fairness } from "./fairness/fairness.ts";
import { handle, type Upgrade, upgrade } from "./handler-chain.ts";
import { limits } from "./limits.ts";
import { ServerMetrics } from "./metrics/metrics.ts";
import { StoreReadings } from "./metrics/readings.ts";
import { timedStore } from "./metrics/timed-store.ts";
import { ShareBook } from "./sharing/share-book.ts";
import { type Usher, usherOf } from "./sharing/usher.ts";
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
