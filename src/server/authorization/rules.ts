import type { ResourceAttributes } from "#core/access/attributes.ts";

/** What may be done to some resources (`pods`, `pods/status`), all of a group. As in rbac.authorization.k8s.io/v1. */
export interface Rule {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Only objects of these names; absent: all. */
  readonly names?: readonly string[];
}

export function allows(
  rules: readonly Rule[],
  { group, resource, subresource, verb, name }: ResourceAttributes,
): boolean {
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  return rules.some(
    (rule) =>
      rule.group === group &&
      rule.resources.includes(wanted) &&
      rule.verbs.includes(verb) &&
      rule.names?.includes(name) !== false,
  );
}

const read = ["get", "list", "watch"];
const tellEvents: readonly Rule[] = [
  { group: "", resources: ["events"], verbs: ["create", "patch", "update"] },
  { group: "events.k8s.io", resources: ["events"], verbs: ["create", "patch", "update"] },
];

/**
 * Source: ClusterRole system:node-proxier in plugin/pkg/auth/authorizer/rbac/bootstrappolicy. Pods are ours: a host port may be answered on
 * every node, and has a name.
 */
export const proxierRules: readonly Rule[] = [
  { group: "", resources: ["services", "endpoints", "nodes", "pods"], verbs: read },
  { group: "discovery.k8s.io", resources: ["endpointslices"], verbs: read },
  { group: "networking.k8s.io", resources: ["servicecidrs"], verbs: read },
  ...tellEvents,
];

/**
 * What every node may do besides what concerns itself and its pods alone. A node is its own service proxy, so it may do what that may.
 * Source: NodeRules there.
 */
export const nodeRules: readonly Rule[] = [
  { group: "certificates.k8s.io", resources: ["certificatesigningrequests"], verbs: ["create", ...read] },
  { group: "node.k8s.io", resources: ["runtimeclasses"], verbs: read },
  // Each node answers names itself, and hosts of Ingresses are names.
  { group: "networking.k8s.io", resources: ["ingresses"], verbs: read },
  { group: "storage.k8s.io", resources: ["csidrivers"], verbs: read },
  { group: "authentication.k8s.io", resources: ["tokenreviews"], verbs: ["create"] },
  {
    group: "authorization.k8s.io",
    resources: ["subjectaccessreviews", "localsubjectaccessreviews"],
    verbs: ["create"],
  },
  ...proxierRules,
];

/** Who joins with a token asks for a certificate, and no more. Source: ClusterRole system:node-bootstrapper there. */
export const bootstrapperRules: readonly Rule[] = [
  { group: "certificates.k8s.io", resources: ["certificatesigningrequests"], verbs: ["create", ...read] },
];

/** What everybody may ask about themselves. Source: ClusterRole system:basic-user there. */
export const basicRules: readonly Rule[] = [
  {
    group: "authorization.k8s.io",
    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    verbs: ["create"],
  },
  { group: "authentication.k8s.io", resources: ["selfsubjectreviews"], verbs: ["create"] },
];

const follow = ["list", "watch"];

/** As whom the ingress controller asks that a cluster runs for itself. */
export const ingressUser = "portolan:ingress";

/** Where that one lives, and what the Service before it is called. */
export const ingressPlace = { namespace: "portolan-system", name: "portolan-ingress" };

/** What that one may do. Secrets and ConfigMaps it may read only by their names. */
export const ingressRules: readonly Rule[] = [
  { group: "networking.k8s.io", resources: ["ingresses", "ingressclasses"], verbs: follow },
  { group: "networking.k8s.io", resources: ["ingresses/status"], verbs: ["patch"] },
  { group: "", resources: ["services"], verbs: follow },
  { group: "discovery.k8s.io", resources: ["endpointslices"], verbs: follow },
  { group: "", resources: ["secrets", "configmaps"], verbs: follow },
  { group: "", resources: ["events"], verbs: ["create", "patch"] },
];

/** What it may do in its own namespace besides: TCP and UDP ports are opened there. */
export const ingressPlaceRules: readonly Rule[] = [
  { group: "", resources: ["services"], verbs: ["patch"], names: [ingressPlace.name] },
  { group: "discovery.k8s.io", resources: ["endpointslices"], verbs: ["create", "patch", "delete"] },
];

const namedOnly: ReadonlySet<string> = new Set(["secrets", "configmaps"]);

/** Whether the ingress controller may: no list of all Secrets. */
export const allowsIngress = (asked: ResourceAttributes): boolean =>
  (allows(ingressRules, asked) && (asked.name !== "" || !namedOnly.has(asked.resource))) ||
  (asked.namespace === ingressPlace.namespace && allows(ingressPlaceRules, asked));
