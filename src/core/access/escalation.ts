import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { type HeldRules, showFaults } from "./access-book.ts";
import { missingRules, showQuoted, showRules } from "./covering.ts";
import type { Identity } from "./identity.ts";

// Nobody gives more than they have. Source: pkg/registry/rbac/escalation_check.go and pkg/registry/rbac/validation/rule.go in Kubernetes.

/** Why somebody who holds those rules can't give these; undefined: they can. */
export function escalation(
  { user, groups }: Identity,
  given: readonly PolicyRule[],
  { rules, faults }: HeldRules,
): string | undefined {
  const missing = missingRules(rules, given);
  if (missing.length === 0) return undefined;
  const who = `user ${JSON.stringify(user)} (groups=${showQuoted(groups)})`;
  const unresolved = faults.length === 0 ? "" : `; resolution errors: [${showFaults(faults)}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${showRules(missing)}${unresolved}`;
}

/** Whoever lets a role gather others must have what any of these could come to hold. */
export const mayGather = ({ rules }: HeldRules): boolean => missingRules(rules, everything).length === 0;

const everything: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];
