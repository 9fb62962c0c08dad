import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsSubdomainTrouble, pathSegmentTrouble } from "#machinery/rules/names.ts";
import { type AggregationRule, type PolicyRule, type RoleRef, rbacGroup, type Subject } from "./spec.ts";

// Source: pkg/apis/rbac/validation/validation.go.

type Problems = Iterable<FieldProblem>;

/** In a Role only what stands in its namespace can be allowed. */
export function* roleProblems({ rules = [] }: { readonly rules?: readonly PolicyRule[] }): Problems {
  for (const [i, rule] of rules.entries()) yield* ruleProblems(`rules[${i}]`, rule, true);
}

interface ClusterRoleSubject {
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: AggregationRule;
}

export function* clusterRoleProblems({ rules = [], aggregationRule }: ClusterRoleSubject): Problems {
  for (const [i, rule] of rules.entries()) yield* ruleProblems(`rules[${i}]`, rule, false);
  if (aggregationRule === undefined) return;
  const { clusterRoleSelectors = [] } = aggregationRule;
  const path = "aggregationRule.clusterRoleSelectors";
  if (clusterRoleSelectors.length === 0)
    yield requiredField(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
  for (const [i, selector] of clusterRoleSelectors.entries()) yield* labelSelectorProblems(`${path}[${i}]`, selector);
}

function* ruleProblems(path: string, rule: PolicyRule, isNamespaced: boolean): Problems {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [] } = rule;
  if (verbs.length === 0) yield requiredField(`${path}.verbs`, "verbs must contain at least one value");
  if (nonResourceURLs.length > 0) {
    if (isNamespaced)
      yield invalidField(
        `${path}.nonResourceURLs`,
        nonResourceURLs,
        "namespaced rules cannot apply to non-resource URLs",
      );
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      yield invalidField(
        `${path}.nonResourceURLs`,
        nonResourceURLs,
        "rules cannot apply to both regular resources and non-resource URLs",
      );
    return;
  }
  if (apiGroups.length === 0)
    yield requiredField(`${path}.apiGroups`, "resource rules must supply at least one api group");
  if (resources.length === 0)
    yield requiredField(`${path}.resources`, "resource rules must supply at least one resource");
}

interface BindingSubject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

export const roleBindingProblems = (binding: BindingSubject): Problems =>
  bindingProblems(binding, ["Role", "ClusterRole"]);
export const clusterRoleBindingProblems = (binding: BindingSubject): Problems =>
  bindingProblems(binding, ["ClusterRole"]);

function* bindingProblems({ roleRef, subjects = [] }: BindingSubject, kinds: readonly string[]): Problems {
  if (roleRef.apiGroup !== rbacGroup) yield unsupportedField("roleRef.apiGroup", roleRef.apiGroup ?? "", [rbacGroup]);
  if (!kinds.includes(roleRef.kind)) yield unsupportedField("roleRef.kind", roleRef.kind, kinds);
  if (roleRef.name === "") yield requiredField("roleRef.name");
  else
    for (const trouble of pathSegmentTrouble(roleRef.name)) yield invalidField("roleRef.name", roleRef.name, trouble);
  const isNamespaced = kinds.length > 1;
  for (const [i, subject] of subjects.entries()) yield* subjectProblems(`subjects[${i}]`, subject, isNamespaced);
}

function* subjectProblems(path: string, subject: Subject, isNamespaced: boolean): Problems {
  const { name, kind, apiGroup = "", namespace = "" } = subject;
  if (name === "") yield requiredField(`${path}.name`);
  switch (kind) {
    case "ServiceAccount":
      if (name !== "")
        for (const trouble of dnsSubdomainTrouble(name)) yield invalidField(`${path}.name`, name, trouble);
      if (apiGroup !== "") yield unsupportedField(`${path}.apiGroup`, apiGroup, [""]);
      if (!isNamespaced && namespace === "") yield requiredField(`${path}.namespace`);
      return;
    case "User":
    case "Group":
      if (name === "") yield invalidField(`${path}.name`, name, `${kind.toLowerCase()} name cannot be empty`);
      if (apiGroup !== rbacGroup) yield unsupportedField(`${path}.apiGroup`, apiGroup, [rbacGroup]);
      return;
    default:
      yield unsupportedField(`${path}.kind`, kind, ["Group", "ServiceAccount", "User"]);
  }
}

/** A binding that could come to mean another role would hand out what nobody has looked at. */
export function* keptRoleProblems({ roleRef }: BindingSubject, { roleRef: old }: BindingSubject): Problems {
  if (!isSame(roleRef, old)) yield invalidField("roleRef", roleRef, "cannot change roleRef");
}

/** Source: pkg/apis/rbac/v1/defaults.go. */
export function deriveBinding<B extends BindingSubject>(binding: B): B {
  const { roleRef, subjects } = binding;
  return {
    ...binding,
    roleRef: { ...roleRef, apiGroup: roleRef.apiGroup ?? rbacGroup },
    ...(subjects !== undefined && { subjects: subjects.map(deriveSubject) }),
  };
}

const deriveSubject = (subject: Subject): Subject =>
  subject.apiGroup === undefined && (subject.kind === "User" || subject.kind === "Group")
    ? { ...subject, apiGroup: rbacGroup }
    : subject;
