import type { AggregationRule, PolicyRule } from "#api/rbac/role/spec.ts";
import { read, rule, urlRule, write } from "./rule.ts";

// What people are given. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go in Kubernetes.

/** A ClusterRole that every cluster has. */
export interface DefaultClusterRole {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: AggregationRule;
}

const pods = "pods/attach,pods/proxy,pods/exec,pods/portforward";
const workloads =
  "statefulsets,statefulsets/scale,daemonsets,deployments,deployments/scale,replicasets,replicasets/scale";
const workloadStates =
  "controllerrevisions,statefulsets/status,daemonsets/status,deployments/status,replicasets/status";
const scaled = "replicationcontrollers,replicationcontrollers/scale";

const viewRules: readonly PolicyRule[] = [
  rule(
    read,
    "",
    `pods,${scaled},serviceaccounts,services,services/status,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,configmaps`,
  ),
  rule(
    read,
    "",
    "limitranges,resourcequotas,bindings,events,pods/status,resourcequotas/status,namespaces/status,replicationcontrollers/status,pods/log",
  ),
  // Of a namespace in which one has the role: that one.
  rule(read, "", "namespaces"),
  rule(read, "discovery.k8s.io", "endpointslices"),
  rule(read, "apps", `${workloads},${workloadStates}`),
  rule(read, "autoscaling", "horizontalpodautoscalers,horizontalpodautoscalers/status"),
  rule(read, "batch", "jobs,cronjobs,cronjobs/status,jobs/status"),
  rule(read, "policy", "poddisruptionbudgets,poddisruptionbudgets/status"),
  rule(read, "networking.k8s.io", "networkpolicies,ingresses,ingresses/status"),
];

/** What leads to somebody else's rights is here even to be read. */
const editRules: readonly PolicyRule[] = [
  rule(read, "", `${pods},secrets,services/proxy`),
  rule("impersonate", "", "serviceaccounts"),
  rule(write, "", `pods,${pods}`),
  rule("create", "", "pods/eviction"),
  rule(write, "", `${scaled},serviceaccounts,services,services/proxy,persistentvolumeclaims,configmaps,secrets,events`),
  rule("create", "", "serviceaccounts/token"),
  rule(write, "apps", `${workloads},deployments/rollback`),
  rule(write, "autoscaling", "horizontalpodautoscalers"),
  rule(write, "batch", "jobs,cronjobs"),
  rule(write, "policy", "poddisruptionbudgets"),
  rule(write, "networking.k8s.io", "networkpolicies,ingresses"),
  rule(`${read},${write}`, "coordination.k8s.io", "leases"),
];

const adminRules: readonly PolicyRule[] = [
  rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
  rule(`${read},${write}`, "rbac.authorization.k8s.io", "roles,rolebindings"),
];

const gatheredBy = (role: string): Readonly<Record<string, string>> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${role}`]: "true",
});
const gathering = (role: string): AggregationRule => ({ clusterRoleSelectors: [{ matchLabels: gatheredBy(role) }] });

const publicPaths = "/livez,/readyz,/healthz,/version,/version/";

/** Who gathers comes after those whose rules it gathers. */
export const peoplesRoles: readonly DefaultClusterRole[] = [
  { name: "cluster-admin", rules: [rule("*", "*", "*"), urlRule("*", "*")] },
  { name: "system:aggregate-to-admin", labels: gatheredBy("admin"), rules: adminRules },
  { name: "system:aggregate-to-edit", labels: gatheredBy("edit"), rules: editRules },
  { name: "system:aggregate-to-view", labels: gatheredBy("view"), rules: viewRules },
  { name: "portolan:aggregate-to-edit", labels: gatheredBy("edit"), rules: [rule(write, "portolan.io", "shares")] },
  { name: "portolan:aggregate-to-view", labels: gatheredBy("view"), rules: [rule(read, "portolan.io", "shares")] },
  { name: "view", labels: gatheredBy("edit"), aggregationRule: gathering("view") },
  { name: "edit", labels: gatheredBy("admin"), aggregationRule: gathering("edit") },
  { name: "admin", aggregationRule: gathering("admin") },
  {
    name: "system:basic-user",
    rules: [
      rule("create", "authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews"),
      rule("create", "authentication.k8s.io", "selfsubjectreviews"),
    ],
  },
  {
    name: "system:discovery",
    rules: [urlRule("get", `${publicPaths},/openapi,/openapi/*,/api,/api/*,/apis,/apis/*`)],
  },
  { name: "system:public-info-viewer", rules: [urlRule("get", publicPaths)] },
  {
    name: "system:monitoring",
    rules: [urlRule("get", "/metrics,/metrics/slis,/livez,/readyz,/healthz,/livez/*,/readyz/*,/healthz/*")],
  },
];
