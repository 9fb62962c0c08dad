import type { Identity } from "#core/access/identity.ts";
import { badRequest, unauthorized } from "#machinery/status.ts";
import { statusAnswer } from "./answers/encode.ts";
import { AuditedRequest } from "./audit/audited-request.ts";
import { bearerOf } from "./authentication/bearer.ts";
import { impersonated } from "./authentication/impersonation.ts";
import { mayOrThrow } from "./authorization/permission.ts";
import type { Call } from "./call.ts";
import { noCustomResources } from "./documents/custom-resources.ts";
import { documentAnswer, isPublic } from "./documents/documents.ts";
import type { Environment } from "./environment.ts";
import { type Answer, asksForWebSocket, type ServerRequest, withCommonHeaders, withWarnings } from "./exchange.ts";
import type { Seated } from "./fairness/fairness.ts";
import { followed, measured } from "./metrics/measured.ts";
import type { RequestLabels } from "./metrics/metrics.ts";
import { isOwnFailure, refusalOf } from "./refusals.ts";
import { labelsOf, strayRequest } from "./requests/request-labels.ts";
import { type Target, targetOf, understand } from "./requests/understand.ts";
import { answerReview } from "./reviews/answer-review.ts";
import type { Join } from "./streams/join.ts";

/** Somebody takes it over, or it is answered: where the answer goes on, by messages of a WebSocket. */
export type Upgrade =
  | { readonly kind: "stream"; readonly join: Join }
  | { readonly kind: "answer"; readonly answer: Answer };

/**
 * Answers a request, in the order of kube-apiserver: it is counted and audited, sent by somebody, done for somebody, given a seat and
 * allowed; what verbs write goes through admission. `identity` is undefined where the connection shows none.
 * Source: DefaultBuildHandlerChain in k8s.io/apiserver, pkg/server/config.go.
 */
export async function handle(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<Answer> {
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

/** The same for a connection that is to be something else than HTTP. Rejects with a `StatusError`. */
export async function upgrade(
  env: Environment,
  request: ServerRequest,
  identity: Identity | undefined,
): Promise<Upgrade> {
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
