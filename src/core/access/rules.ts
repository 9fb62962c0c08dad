import type { PolicyRule } from "#api/rbac/role/spec.ts";
import type { Attributes } from "./attributes.ts";

const all = "*";

/**
 * Whether one of the rules lets somebody do that.
 * Source: RuleAllows in plugin/pkg/auth/authorizer/rbac/rbac.go and pkg/apis/rbac/v1/evaluation_helpers.go in Kubernetes.
 */
export function allows(rules: readonly PolicyRule[], asked: Attributes): boolean {
  if (asked.kind === "document")
    return rules.some(
      ({ verbs, nonResourceURLs = [] }) => matches(verbs, asked.verb) && coversUrl(nonResourceURLs, asked.path),
    );
  const { verb, group, resource, subresource, name } = asked;
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  return rules.some(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
      matches(verbs, verb) &&
      matches(apiGroups, group) &&
      coversResource(resources, wanted) &&
      (resourceNames.length === 0 || resourceNames.includes(name)),
  );
}

export const matches = (said: readonly string[], asked: string): boolean => said.includes(all) || said.includes(asked);

/** `wanted` is `pods` or `pods/log`; `*` stands for both, and a star with `/log` for that subresource of everything. */
export function coversResource(said: readonly string[], wanted: string): boolean {
  if (matches(said, wanted)) return true;
  const at = wanted.indexOf("/");
  return at >= 0 && said.includes(`*${wanted.slice(at)}`);
}

/** A star at its end stands for whatever follows, slashes too. */
export const coversUrl = (said: readonly string[], path: string): boolean =>
  said.some((url) => url === path || (url.endsWith(all) && path.startsWith(url.replace(/\*+$/, ""))));
