import type { Identity } from "./exchange.ts";

/** What somebody wants to do: to a resource, or to a document (discovery, health) by its path. */
export type Attributes =
  | {
      readonly kind: "resource";
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: "document"; readonly verb: string; readonly path: string };

export type Decision = { readonly kind: "allowed" } | { readonly kind: "denied"; readonly message: string };

/**
 * Who may do what: administrators and the cluster's own parts everything; whoever is known may read what the API looks like.
 * This is the one place to ask.
 */
export function authorize(identity: Identity, attributes: Attributes): Decision {
  const isOpen = attributes.kind === "document" && isDescription(attributes.path);
  return isOpen || isTrusted(identity)
    ? { kind: "allowed" }
    : { kind: "denied", message: denial(identity, attributes) };
}

const isTrusted = ({ user, groups }: Identity): boolean =>
  groups.includes("system:masters") ||
  (groups.includes("system:nodes") && user.startsWith("system:node:")) ||
  components.has(user);

const components = new Set([
  "system:kube-controller-manager",
  "system:kube-scheduler",
  "system:kube-proxy",
  "system:apiserver",
]);

const isDescription = (path: string): boolean =>
  ["/api", "/apis", "/openapi", "/version", "/healthz", "/livez", "/readyz"].some(
    (root) => path === root || path.startsWith(`${root}/`),
  );

function denial({ user }: Identity, attributes: Attributes): string {
  const who = `User ${JSON.stringify(user)} cannot ${attributes.verb}`;
  if (attributes.kind === "document") return `${who} path ${JSON.stringify(attributes.path)}`;
  const { group, resource, subresource, namespace } = attributes;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
