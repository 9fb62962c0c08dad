import type { AggregationRule, PolicyRule } from "#api/rbac/role/spec.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { canonicalJson } from "../same-json.ts";

/** A ClusterRole, as far as gathering goes. */
export interface Gathered {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> | undefined };
  readonly rules?: readonly PolicyRule[];
}

/**
 * The rules of a ClusterRole that gathers those of others: by its selectors in their order, roles by name, each rule once. What others have
 * gathered counts as theirs.
 * Source: pkg/controller/clusterroleaggregation in Kubernetes.
 */
export function aggregated(
  own: string,
  { clusterRoleSelectors = [] }: AggregationRule,
  roles: readonly Gathered[],
): readonly PolicyRule[] {
  const byName = roles
    .filter(({ metadata }) => metadata.name !== own)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  for (const selector of clusterRoleSelectors.map(selectorOf))
    for (const { metadata, rules: given = [] } of byName)
      if (matchesLabels(selector, metadata.labels ?? {}))
        for (const rule of given) rules.set(canonicalJson(rule), rule);
  return [...rules.values()];
}
