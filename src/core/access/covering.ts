import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { coversResource, coversUrl, matches } from "./rules.ts";

/** A rule that says more than so many things is held against whole rules alone: to take it apart would hold everybody up. */
const mostParts = 20_000;

/**
 * What of `wanted` isn't in `own`: a rule for each verb on each resource, name and URL that is missing.
 * Source: Covers in k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go.
 */
export function missingRules(own: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  let left = mostParts;
  return wanted.flatMap((rule) => {
    if (own.some((one) => covers(one, rule))) return [];
    left -= partsIn(rule);
    return left < 0 ? [rule] : brokenDown(rule).filter((part) => !own.some((one) => covers(one, part)));
  });
}

const partsIn = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): number =>
  verbs.length *
  ((apiGroups?.length ?? 0) * (resources?.length ?? 0) * (resourceNames?.length || 1) + (nonResourceURLs?.length ?? 0));

function brokenDown(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const named = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          named.map((names) => ({ apiGroups: [group], resources: [resource], verbs: [verb], ...names })),
        ),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ];
}

/** Whether one rule gives all that another does: a star there is given by nothing but a star. */
function covers(own: PolicyRule, wanted: PolicyRule): boolean {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = own;
  const { resourceNames: names = [] } = wanted;
  return (
    (resourceNames.length === 0 || (names.length > 0 && names.every((name) => resourceNames.includes(name)))) &&
    wanted.verbs.every((verb) => matches(own.verbs, verb)) &&
    (wanted.apiGroups ?? []).every((group) => matches(apiGroups, group)) &&
    (wanted.resources ?? []).every((resource) => coversResource(resources, resource)) &&
    (wanted.nonResourceURLs ?? []).every((url) => coversUrl(nonResourceURLs, url))
  );
}

/**
 * `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, a line each, sorted; verbs on one resource stand together.
 * Source: CompactRules there, and CompactString in pkg/apis/rbac/v1/evaluation_helpers.go.
 */
export const showRules = (rules: readonly PolicyRule[]): string =>
  [...new Set(compacted(rules).map(showRule))].toSorted().join("\n");

function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const simple = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs } = rule;
    const isSimple = apiGroups.length === 1 && resources.length === 1 && resourceNames.length < 2;
    if (!isSimple || nonResourceURLs.length > 0) {
      others.push(rule);
      continue;
    }
    const id = JSON.stringify([apiGroups, resources, resourceNames]);
    simple.set(id, { ...rule, verbs: [...(simple.get(id)?.verbs ?? []), ...verbs] });
  }
  return [...others, ...simple.values()];
}

function showRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["APIGroups", apiGroups],
    ["Resources", resources],
    ["NonResourceURLs", nonResourceURLs],
    ["ResourceNames", resourceNames],
    ["Verbs", verbs],
  ];
  const said = parts.flatMap(([name, values = []]) => (values.length > 0 ? [`${name}:${showQuoted(values)}`] : []));
  return `{${said.join(", ")}}`;
}

/** Go's `%q` of a list: `["a" "b"]`. */
export const showQuoted = (values: readonly string[]): string =>
  `[${values.map((one) => JSON.stringify(one)).join(" ")}]`;
