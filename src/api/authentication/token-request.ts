import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { defaulted, int64, list, object, optional, present, string, time } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class BoundObjectReference extends object("io.k8s.api.authentication.v1.BoundObjectReference", {
  kind: optional(1, string),
  apiVersion: optional(2, string),
  name: optional(3, string),
  uid: optional(4, string),
}) {}

export class TokenRequestSpec extends object("io.k8s.api.authentication.v1.TokenRequestSpec", {
  audiences: present(1, list(string)),
  boundObjectRef: optional(3, BoundObjectReference),
  expirationSeconds: defaulted(4, int64(), 3600, { zero: "counts" }),
}) {}

export class TokenRequestStatus extends object("io.k8s.api.authentication.v1.TokenRequestStatus", {
  token: present(1, string),
  expirationTimestamp: present(2, time),
}) {}

export class TokenRequest extends object("io.k8s.api.authentication.v1.TokenRequest", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, TokenRequestSpec, {}),
  status: optional(3, TokenRequestStatus),
}) {}

/** Seconds: between them a token may last. */
const [shortest, longest] = [10 * 60, 2 ** 32];

/** Source: ValidateTokenRequest in pkg/apis/authentication/validation. */
export function* tokenRequestProblems({ spec: { expirationSeconds: seconds } }: TokenRequest): Iterable<FieldProblem> {
  const path = "spec.expirationSeconds";
  if (seconds < shortest) yield invalidField(path, seconds, "may not specify a duration less than 10 minutes");
  if (seconds > longest) yield invalidField(path, seconds, "may not specify a duration larger than 2^32 seconds");
}
