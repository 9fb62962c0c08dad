import type {
  SelfSubjectAccessReviewSpec,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from "#api/authorization/access/attributes.ts";
import type { Attributes } from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { decisionOn } from "../authorization/permission.ts";
import type { Environment } from "../environment.ts";

/** Whether somebody may do it. Nothing is forbidden whatever else allows it, so `denied` is never said. */
export function accessOf(
  env: Environment,
  identity: Identity,
  spec: SelfSubjectAccessReviewSpec,
): SubjectAccessReviewStatus {
  const { kind, because } = decisionOn(env, identity, attributesOf(spec));
  return { allowed: kind === "allowed", ...(because !== "" && { reason: because }) };
}

/** Selectors narrow down what is asked for, but no right depends on them, and neither on the version. */
function attributesOf({ resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec): Attributes {
  if (resourceAttributes === undefined) {
    const { verb = "", path = "" } = nonResourceAttributes ?? {};
    return { kind: "document", verb, path };
  }
  const { verb = "", group = "", resource = "", subresource = "", namespace = "", name = "" } = resourceAttributes;
  return { kind: "resource", verb, group, resource, subresource, namespace, name };
}

/** Somebody whom others ask about. */
export const subjectOf = ({ user = "", groups = [], uid, extra }: SubjectAccessReviewSpec): Identity => ({
  user,
  groups,
  ...(uid !== undefined && { uid }),
  ...(extra !== undefined && { extra }),
});
