import { clusterRoles } from "#api/rbac/cluster-role.ts";
import type { PolicyRule } from "#api/rbac/role/spec.ts";
import { aggregated } from "#core/access/aggregation.ts";
import { sameJson } from "#core/same-json.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";

interface Work {
  readonly resourceVersion: string;
  readonly rules: readonly PolicyRule[];
}

/** Writes into ClusterRoles that gather others what these allow. Source: pkg/controller/clusterroleaggregation in Kubernetes. */
export function clusterRoleAggregation(context: ControllerContext): Loop {
  const { cache, client } = collection(context, clusterRoles);
  const gathering = (): readonly string[] =>
    cache.list().flatMap(({ metadata, aggregationRule }) => (aggregationRule === undefined ? [] : [metadata.name]));

  return loop<Work>({
    name: "clusterrole-aggregation",
    sources: [changesOf(cache, gathering)],
    plan(name) {
      const role = cache.get("", name);
      if (role?.aggregationRule === undefined) return undefined;
      const rules = aggregated(name, role.aggregationRule, cache.list());
      const { resourceVersion } = role.metadata;
      return sameJson(rules, role.rules ?? []) ? undefined : { resourceVersion, rules };
    },
    async apply({ resourceVersion, rules }, name) {
      await client.patch("", name, { type: "merge", body: { metadata: { resourceVersion }, rules } });
      return undefined;
    },
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}
