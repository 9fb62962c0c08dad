import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { boolean, list, object, optional, present, string } from "#machinery/schema.ts";

/** What a group of an API has that a rule is about; source: audit.k8s.io/v1, a file that no server serves. */
class GroupResources extends object("io.k8s.apiserver.pkg.apis.audit.v1.GroupResources", {
  group: optional(1, string),
  resources: optional(2, list(string)),
  resourceNames: optional(3, list(string)),
}) {}

export class AuditRule extends object("io.k8s.apiserver.pkg.apis.audit.v1.PolicyRule", {
  level: present(1, string),
  users: optional(2, list(string)),
  userGroups: optional(3, list(string)),
  verbs: optional(4, list(string)),
  resources: optional(5, list(GroupResources)),
  namespaces: optional(6, list(string)),
  nonResourceURLs: optional(7, list(string)),
  omitStages: optional(8, list(string)),
  omitManagedFields: optional(9, boolean, { zero: "counts" }),
}) {}

export class AuditPolicy extends object("io.k8s.apiserver.pkg.apis.audit.v1.Policy", {
  rules: present(2, list(AuditRule)),
  omitStages: optional(3, list(string)),
  omitManagedFields: optional(4, boolean),
}) {}

export const auditLevels = ["None", "Metadata", "Request", "RequestResponse"] as const;
export const auditStages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"] as const;

/** Source: apis/audit/validation/validation.go in k8s.io/apiserver. */
export function* auditPolicyProblems({ rules, omitStages = [] }: AuditPolicy): Iterable<FieldProblem> {
  if (rules.length === 0) yield requiredField("rules", "a policy without rules audits nothing");
  yield* stageProblems("omitStages", omitStages);
  for (const [i, rule] of rules.entries()) yield* ruleProblems(`rules[${i}]`, rule);
}

function* ruleProblems(path: string, rule: AuditRule): Iterable<FieldProblem> {
  const { level, resources = [], namespaces = [], nonResourceURLs = [], omitStages = [] } = rule;
  if (level === "") yield requiredField(`${path}.level`);
  else if (!auditLevels.some((one) => one === level)) yield unsupportedField(`${path}.level`, level, auditLevels);
  for (const [i, url] of nonResourceURLs.entries()) yield* urlProblems(`${path}.nonResourceURLs[${i}]`, url);
  for (const [i, one] of resources.entries()) yield* resourceProblems(`${path}.resources[${i}]`, one);
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0))
    yield invalidField(
      `${path}.nonResourceURLs`,
      nonResourceURLs,
      "rules cannot apply to both regular resources and non-resource URLs",
    );
  yield* stageProblems(`${path}.omitStages`, omitStages);
}

function* urlProblems(path: string, url: string): Iterable<FieldProblem> {
  if (url === "*") return;
  if (!url.startsWith("/")) yield invalidField(path, url, "non-resource URL rules must begin with a '/' character");
  if (url.slice(0, -1).includes("*"))
    yield invalidField(path, url, "non-resource URL wildcards '*' must be the final character of the rule");
}

function* resourceProblems(
  path: string,
  { group = "", resources = [], resourceNames = [] }: GroupResources,
): Iterable<FieldProblem> {
  if (group !== "")
    for (const trouble of dnsSubdomainTrouble(group)) yield invalidField(`${path}.group`, group, trouble);
  if (resourceNames.length > 0 && resources.length === 0)
    yield invalidField(`${path}.resourceNames`, resourceNames, "using resourceNames requires at least one resource");
}

function* stageProblems(path: string, stages: readonly string[]): Iterable<FieldProblem> {
  for (const [i, stage] of stages.entries())
    if (!auditStages.some((one) => one === stage))
      yield invalidField(`${path}[${i}]`, stage, `allowed stages are ${auditStages.toSorted().join(",")}`);
}
