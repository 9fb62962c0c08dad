import { anonymousUser, unauthenticatedGroup } from "#api/authentication/subjects.ts";
import type { Attributes } from "#core/access/attributes.ts";
import { type Audited, type AuditStage, auditedBy } from "#core/access/audit-policy.ts";
import type { Identity } from "#core/access/identity.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Status } from "#machinery/status.ts";
import { showMicroTime } from "#machinery/time.ts";
import { decisionOn } from "../authorization/permission.ts";
import type { Environment } from "../environment.ts";
import type { ServerRequest, WholeAnswer } from "../exchange.ts";
import { attributesOf } from "../requests/request-attributes.ts";
import type { Target } from "../requests/understand.ts";
import { userInfo } from "../reviews/user.ts";
import type { AuditParts } from "./audit-log.ts";
import { loggedBody, withoutManagedFields } from "./logged-body.ts";

/** Somebody who has shown nothing. */
const nobody: Identity = { user: anonymousUser, groups: [unauthenticatedGroup] };

/** What is known of a request when it comes. */
export interface Arrival {
  readonly env: Environment;
  readonly request: ServerRequest;
  readonly auditId: string;
}

/**
 * One request as the audit log tells it: an event a stage, in the form of audit.k8s.io/v1. A rule is chosen by who sends it, not by whom
 * that one impersonates. Source: WithAudit in k8s.io/apiserver, pkg/endpoints/filters/audit.go.
 */
export class AuditedRequest {
  readonly #parts: AuditParts;
  readonly #arrival: Arrival;
  readonly #received: number;
  readonly #peer: string | undefined;
  #audited: Audited | undefined;
  #target: Target | undefined;
  #asked: Attributes | undefined;
  #sender = nobody;
  #asker: Identity | undefined;
  #sent: Uint8Array | undefined;
  #status: object | undefined;
  #told: WholeAnswer | undefined;
  #hasEnded = false;
  /** What admission says of it. */
  readonly #annotated = new Map<string, string>();

  constructor(parts: AuditParts, arrival: Arrival) {
    this.#parts = parts;
    this.#arrival = arrival;
    this.#received = arrival.env.now();
    this.#peer = arrival.request.connection?.().peer; // a connection that has ended tells it no more
  }

  /** The request, of which the body is remembered where it is to be told. */
  get request(): ServerRequest {
    const { request } = this.#arrival;
    const body = async (maximumBytes: number): Promise<Uint8Array> => {
      const bytes = await request.body(maximumBytes);
      if (this.#audited !== undefined && this.#audited.level !== "None") this.#sent = bytes;
      return bytes;
    };
    return { ...request, body };
  }

  /** Who has sent it, and what it names. */
  identified(sender: Identity | undefined, target: Target): void {
    this.#sender = sender ?? nobody;
    this.#target = target;
    this.#asked = attributesOf(this.#arrival.request, target);
    this.#audited = auditedBy(this.#parts.policy, this.#sender, this.#asked);
    this.#tell("RequestReceived");
  }

  /** For whom it is done. */
  actsFor(asker: Identity): void {
    this.#asker = asker;
  }

  annotate(key: string, value: string): void {
    this.#annotated.set(key, value);
  }

  /** It was refused; `isPanic` where that was a failure of the server. */
  refused(status: Status, isPanic: boolean): void {
    const { message, reason, status: outcome, code } = status;
    this.#status = { metadata: {}, status: outcome, message, reason, code };
    if (isPanic) this.#end("Panic");
  }

  /** Its answer goes on from now on. */
  started(code: number): void {
    this.#status ??= { metadata: {}, code };
    this.#tell("ResponseStarted");
  }

  ended(code: number, told?: WholeAnswer): void {
    this.#status ??= { metadata: {}, code };
    this.#told = told;
    this.#end(code === 401 ? "ResponseStarted" : "ResponseComplete");
  }

  #end(stage: AuditStage): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#tell(stage);
  }

  #tell(stage: AuditStage): void {
    const [audited, asked] = [this.#audited, this.#asked];
    if (audited === undefined || asked === undefined || audited.level === "None") return;
    if (audited.omitStages.includes(stage)) return;
    const { request, auditId, env } = this.#arrival;
    const bodies = stage === "RequestReceived" ? {} : this.#bodies(audited);
    this.#parts.log.add({
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: audited.level,
      auditID: auditId,
      stage,
      requestURI: request.url,
      verb: asked.verb,
      user: userInfo(this.#sender),
      ...(this.#asker !== undefined && this.#asker !== this.#sender && { impersonatedUser: userInfo(this.#asker) }),
      sourceIPs: this.#peer === undefined ? [] : [this.#peer],
      userAgent: request.headers["user-agent"] ?? "",
      ...(asked.kind === "resource" && { objectRef: this.#reference(asked) }),
      ...(this.#status !== undefined && { responseStatus: this.#status }),
      ...bodies,
      requestReceivedTimestamp: showMicroTime(this.#received),
      stageTimestamp: showMicroTime(env.now()),
      ...(stage !== "RequestReceived" && this.#asker && { annotations: this.#annotations(this.#asker, asked) }),
    });
  }

  /** A new object has its name in the body alone, which is looked at for that whatever the level. */
  #reference(asked: Attributes & { readonly kind: "resource" }): object {
    const { request, env } = this.#arrival;
    const isNamed = asked.verb !== "create" || this.#sent === undefined;
    const sent = isNamed
      ? undefined
      : loggedBody(env.catalogue, request.headers["content-type"] ?? "", this.#sent ?? "");
    const { resource, namespace, name, group, subresource } = asked;
    const path = this.#target?.path;
    const metadata = isJsonObject(sent) && isJsonObject(sent.metadata) ? sent.metadata : {};
    const shown = {
      resource,
      namespace,
      name: name === "" ? metadata.name : name,
      uid: metadata.uid,
      apiGroup: group,
      apiVersion: path?.kind === "resource" ? path.version : "",
      resourceVersion: metadata.resourceVersion,
      subresource,
    };
    return Object.fromEntries(Object.entries(shown).filter(([, value]) => typeof value === "string" && value !== ""));
  }

  #bodies({ level, omitManagedFields }: Audited): {
    readonly requestObject?: unknown;
    readonly responseObject?: unknown;
  } {
    const { env, request } = this.#arrival;
    const shown = (type: string | undefined, bytes: Uint8Array | string): unknown => {
      const body = loggedBody(env.catalogue, type ?? "", bytes);
      return omitManagedFields ? withoutManagedFields(body) : body;
    };
    const sent = level === "Metadata" || this.#sent?.length === 0 ? undefined : this.#sent;
    const told = level === "RequestResponse" ? this.#told : undefined;
    return {
      ...(sent !== undefined && { requestObject: shown(request.headers["content-type"], sent) }),
      ...(told !== undefined && { responseObject: shown(String(told.headers["content-type"]), told.body) }),
    };
  }

  /** What the authorizer says of it, asked once more, since few requests are audited; and what admission says. */
  #annotations(asker: Identity, asked: Attributes): object {
    const { kind, because } = decisionOn(this.#arrival.env, asker, asked);
    return {
      "authorization.k8s.io/decision": kind === "allowed" ? "allow" : "forbid",
      "authorization.k8s.io/reason": because,
      ...Object.fromEntries(this.#annotated),
    };
  }
}
