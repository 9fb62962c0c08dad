import { type AuditPolicy, type AuditRule, auditLevels, type auditStages } from "#api/audit/policy.ts";
import type { Attributes, ResourceAttributes } from "./attributes.ts";
import type { Identity } from "./identity.ts";

export type AuditLevel = (typeof auditLevels)[number];
export type AuditStage = (typeof auditStages)[number];

/** What is written down of a request. */
export interface Audited {
  readonly level: AuditLevel;
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
}

/** The first rule that a request fits says it; none: nothing is. Source: audit/policy/checker.go in k8s.io/apiserver. */
export function auditedBy(policy: AuditPolicy, identity: Identity, asked: Attributes): Audited {
  const rule = policy.rules.find((one) => fits(one, identity, asked));
  const { omitManagedFields = false, omitStages = [] } = policy;
  return {
    level: auditLevels.find((one) => one === rule?.level) ?? "None",
    omitStages: [...omitStages, ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? omitManagedFields,
  };
}

function fits(rule: AuditRule, { user, groups }: Identity, asked: Attributes): boolean {
  const { users = [], userGroups = [], verbs = [], resources = [], namespaces = [], nonResourceURLs = [] } = rule;
  if (users.length > 0 && !users.includes(user)) return false;
  if (userGroups.length > 0 && !groups.some((one) => userGroups.includes(one))) return false;
  if (verbs.length > 0 && !verbs.includes(asked.verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) return asked.kind === "resource" && fitsResource(rule, asked);
  if (nonResourceURLs.length > 0)
    return asked.kind === "document" && nonResourceURLs.some((one) => fitsPath(one, asked.path));
  return true;
}

const fitsPath = (said: string, path: string): boolean =>
  said.endsWith("*") ? path.startsWith(said.slice(0, -1)) : path === said;

/** What is in no namespace has "" for it. */
function fitsResource({ namespaces = [], resources = [] }: AuditRule, asked: ResourceAttributes): boolean {
  if (namespaces.length > 0 && !namespaces.includes(asked.namespace)) return false;
  if (resources.length === 0) return true;
  return resources.some(({ group = "", resources: names = [], resourceNames = [] }) => {
    if (group !== asked.group) return false;
    if (names.length === 0) return true;
    return (
      (resourceNames.length === 0 || resourceNames.includes(asked.name)) && names.some((one) => fitsName(one, asked))
    );
  });
}

// "pods", "pods/log", "pods/*", "*/log" and "*": the last stands for subresources too.
function fitsName(said: string, { resource, subresource }: ResourceAttributes): boolean {
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  return (
    said === "*" || said === whole || said === `${resource}/*` || (subresource !== "" && said === `*/${subresource}`)
  );
}
