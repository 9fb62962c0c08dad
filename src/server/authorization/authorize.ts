import {
  type Attributes,
  allowed,
  type Decision,
  denied,
  nodeOf,
  type ResourceAttributes,
} from "#core/access/attributes.ts";
import type { Identity } from "#core/access/identity.ts";
import { authorizeNode } from "./node-authorizer.ts";
import type { NodeGraph } from "./node-graph.ts";
import { allows, allowsIngress, basicRules, bootstrapperRules, ingressUser, proxierRules } from "./rules.ts";

/**
 * Who may do what: administrators and the control plane everything; a node what concerns it; the service proxy, the
 * ingress controller and newcomers what they need;
 * whoever is known may read what the API looks like. This is the one place to ask.
 */
export function authorize(identity: Identity, attributes: Attributes, graph: NodeGraph): Decision {
  if (isTrusted(identity)) return allowed;
  if (attributes.kind === "document")
    return isDescription(attributes.path) || isOfIssuer(identity, attributes.path) ? allowed : denied();
  if (identity.groups.includes("system:authenticated") && allows(basicRules, attributes)) return allowed;
  const node = nodeOf(identity);
  if (node !== undefined) return authorizeNode(node, attributes, graph);
  if (identity.user === "system:kube-proxy") return allows(proxierRules, attributes) ? allowed : denied();
  if (identity.user === ingressUser) return allowsIngress(attributes) ? allowed : denied();
  if (identity.groups.includes("system:bootstrappers"))
    return allows(bootstrapperRules, attributes) ? allowed : denied();
  return denied();
}

const isTrusted = ({ user, groups }: Identity): boolean => groups.includes("system:masters") || components.has(user);

const components = new Set(["system:kube-controller-manager", "system:kube-scheduler", "system:apiserver"]);

const isDescription = (path: string): boolean =>
  ["/api", "/apis", "/openapi", "/version", "/healthz", "/livez", "/readyz"].some(
    (root) => path === root || path.startsWith(`${root}/`),
  );

/** Source: ClusterRole system:service-account-issuer-discovery, which Kubernetes binds to all service accounts. */
const isOfIssuer = ({ groups }: Identity, path: string): boolean =>
  ["/.well-known/openid-configuration", "/openid/v1/jwks"].includes(path) && groups.includes("system:serviceaccounts");

/** What was refused to whom, in Kubernetes' words. Source: responsewriters.Forbidden in k8s.io/apiserver. */
export function denial({ user }: Identity, attributes: Attributes, because: string): string {
  const what = attributes.kind === "document" ? `path ${JSON.stringify(attributes.path)}` : resourceWords(attributes);
  const sentence = `User ${JSON.stringify(user)} cannot ${attributes.verb} ${what}`;
  return because === "" ? sentence : `${sentence}: ${because}`;
}

function resourceWords({ group, resource, subresource, namespace }: ResourceAttributes): string {
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(whole)} in API group ${JSON.stringify(group)} ${where}`;
}
