import { bodyOf, type FieldProblem, messageOf, reasonOf } from "./field-problem.ts";

/**
 * The API's answer where there is no object to give: refusals, and the acknowledgement of a deletion.
 * Source: meta/v1 Status; words and codes of k8s.io/apimachinery/pkg/api/errors.
 */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  /** The HTTP status. */
  readonly code: number;
}
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** A refusal that reaches the client as it is. */
export class StatusError extends Error {
  readonly code: string;
  readonly status: Status;
  /** Header lines that belong to it (`Retry-After`, `Allow`). */
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: Status, headers: Readonly<Record<string, string>> = {}) {
    super(status.message ?? status.reason ?? "refused");
    this.status = status;
    this.code = status.reason ?? "Unknown";
    this.headers = headers;
  }
}

/** What a refusal needs to know of a kind: its plural names the resource, its `kind` the object. */
export interface Named {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
}
/** A Status that says what failed, as all of them do. */
export const failure = (
  { code, reason, message, details }: Refusal,
  headers?: Readonly<Record<string, string>>,
): StatusError =>
  new StatusError(
    {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason,
      ...(details && { details }),
      code,
    },
    headers,
  );

/** "services", "deployments.apps": how messages name a resource. */
export const resourceName = ({ group, plural }: Named): string => (group === "" ? plural : `${plural}.${group}`);
const objectName = ({ group, kind }: Named): string => (group === "" ? kind : `${kind}.${group}`);
const detailsOf = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name !== "" && { name }),
  ...(group !== "" && { group }),
  kind: plural,
});

export const notFound = (kind: Named, name: string): StatusError =>
  failure({
    code: 404,
    reason: "NotFound",
    message: `${resourceName(kind)} ${JSON.stringify(name)} not found`,
    details: detailsOf(kind, name),
  });

/** For a path that leads nowhere. */
export const noSuchPath = (): StatusError =>
  failure({ code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: {} });

export const alreadyExists = (kind: Named, name: string): StatusError =>
  failure({
    code: 409,
    reason: "AlreadyExists",
    message: `${resourceName(kind)} ${JSON.stringify(name)} already exists`,
    details: detailsOf(kind, name),
  });

/** For a name that was to be made up, and none of those tried was free. Source: NewGenerateNameConflict. */
export const noUniqueName = (kind: Named, name: string): StatusError =>
  failure(
    {
      code: 409,
      reason: "AlreadyExists",
      message: `${resourceName(kind)} ${JSON.stringify(name)} already exists, the server was not able to generate a unique name for the object`,
      details: { ...detailsOf(kind, name), retryAfterSeconds: 1 },
    },
    { "retry-after": "1" },
  );

/** The detail of a write that was based on an older version. */
export const modifiedMeanwhile =
  "the object has been modified; please apply your changes to the latest version and try again";

export const conflict = (kind: Named, name: string, detail: string = modifiedMeanwhile): StatusError =>
  failure({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${resourceName(kind)} ${JSON.stringify(name)}: ${detail}`,
    details: detailsOf(kind, name),
  });

/** 409: somebody else has set what was to be applied. Source: NewApplyConflict. */
export const applyConflict = (message: string, causes: readonly StatusCause[]): StatusError =>
  failure({ code: 409, reason: "Conflict", message, details: { causes } });

/** 500 in the words of a fault to which Kubernetes gives no reason. */
export const withoutReason = (message: string): StatusError =>
  new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 });

/** 422: every problem in one sentence, and each as a cause that names its field. */
export function invalid(kind: Named, name: string, problems: readonly FieldProblem[]): StatusError {
  const { group } = kind;
  return failure({
    code: 422,
    reason: "Invalid",
    message: `${objectName(kind)} ${JSON.stringify(name)} is invalid: ${aggregate(problems.map(messageOf))}`,
    details: {
      ...(name !== "" && { name }),
      ...(group !== "" && { group }),
      kind: kind.kind,
      causes: problems.map((one) => ({ reason: reasonOf(one), message: bodyOf(one), field: one.path })),
    },
  });
}

/** Several sentences as Go's aggregated error prints them: each once, `[a, b]`. */
function aggregate(messages: readonly string[]): string {
  const once = [...new Set(messages)];
  return once.length === 1 ? (once[0] ?? "") : `[${once.join(", ")}]`;
}

export const badRequest = (message: string): StatusError => failure({ code: 400, reason: "BadRequest", message });

export const unauthorized = (): StatusError => failure({ code: 401, reason: "Unauthorized", message: "Unauthorized" });

/** `who` may not do it; `detail` says what was tried or why it is refused. */
export const forbidden = (kind: Named, name: string, detail: string): StatusError =>
  failure({
    code: 403,
    reason: "Forbidden",
    message: `${resourceName(kind)}${name === "" ? "" : ` ${JSON.stringify(name)}`} is forbidden: ${detail}`,
    details: detailsOf(kind, name),
  });

/** 410: the revision asked for is no longer kept. */
export const expired = (message: string): StatusError => failure({ code: 410, reason: "Expired", message });

export const tooLarge = (message: string): StatusError =>
  failure({ code: 413, reason: "RequestEntityTooLarge", message });

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  failure({
    code: 415,
    reason: "UnsupportedMediaType",
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  });

export const notAcceptable = (offered: readonly string[]): StatusError =>
  failure({
    code: 406,
    reason: "NotAcceptable",
    message: `only the following media types are accepted: ${offered.join(", ")}`,
  });

export const methodNotAllowed = (kind: Named, action: string): StatusError =>
  failure({
    code: 405,
    reason: "MethodNotAllowed",
    message: `${action} is not supported on resources of kind ${JSON.stringify(resourceName(kind))}`,
    details: detailsOf(kind, ""),
  });

export const timeout = (message: string, retryAfterSeconds = 0): StatusError =>
  failure({
    code: 504,
    reason: "Timeout",
    message: `Timeout: ${message}`,
    ...(retryAfterSeconds > 0 && { details: { retryAfterSeconds } }),
  });

export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  failure(
    { code: 429, reason: "TooManyRequests", message, details: { retryAfterSeconds } },
    { "retry-after": String(retryAfterSeconds) },
  );

/** 429: a disruption budget does not let a pod go now; `why` says which, and what it waits for. */
export const disruptionRefused = (why: string, retryAfterSeconds = 0): StatusError => {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const causes = [{ reason: "DisruptionBudget", message: why }];
  return retryAfterSeconds === 0
    ? failure({ code: 429, reason: "TooManyRequests", message, details: { causes } })
    : failure(
        { code: 429, reason: "TooManyRequests", message, details: { causes, retryAfterSeconds } },
        { "retry-after": String(retryAfterSeconds) },
      );
};

export const unavailable = (message: string): StatusError =>
  failure({ code: 503, reason: "ServiceUnavailable", message });

export const internal = (message: string): StatusError =>
  failure({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  });

/** The answer to a deletion that is complete. */
export const success = (kind: Named, name: string, uid: string): Omit<Status, "code"> => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: { ...detailsOf(kind, name), ...(uid !== "" && { uid }) },
});
