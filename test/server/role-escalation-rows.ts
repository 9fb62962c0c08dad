import type { BindingSketch, RoleSketch, Sketches } from "./access-roles.ts";

// Attempts to give by roles and bindings, as data: `role-escalation.test.ts` makes them.

const all = "roles.rbac.authorization.k8s.io";
const kinds = ["roles", "rolebindings", "clusterroles", "clusterrolebindings"];
const writes = kinds.map((kind) => `* ${kind}.rbac.authorization.k8s.io`);

/** Mia writes roles and has a few things herself; bo may bind some, esther may escalate some. */
export const sketches: Sketches = {
  namespaces: ["shop", "lab"],
  roles: [
    { namespace: "shop", name: "own", rules: ["get,list pods", "get configmaps a,b", "* */scale.apps"] },
    { name: "writer", rules: writes.map((one) => one.replace("*", "create,get,list,update,patch,delete")) },
    { name: "everywhere", rules: ["get services", "get /healthz/*"] },
    { namespace: "shop", name: "secret-reader", rules: ["get,list secrets"] },
    { namespace: "shop", name: "pod-reader", rules: ["get,list pods"] },
    { name: "gatherer", rules: [] },
    { name: "binder", rules: [`bind ${all} secret-reader`, "bind clusterroles.rbac.authorization.k8s.io view"] },
    { name: "escalator", rules: [`escalate ${all} known`, "escalate clusterroles.rbac.authorization.k8s.io"] },
  ],
  bindings: [
    { namespace: "shop", name: "own", role: "Role own", subjects: ["User mia", "Group makers"] },
    { name: "writers", role: "ClusterRole writer", subjects: ["User mia", "Group makers", "User bo", "User esther"] },
    { name: "everywhere", role: "ClusterRole everywhere", subjects: ["User mia"] },
    { namespace: "shop", name: "binders", role: "ClusterRole binder", subjects: ["User bo"] },
    { name: "escalators", role: "ClusterRole escalator", subjects: ["User esther"] },
    { name: "root", role: "ClusterRole cluster-admin", subjects: ["User root"] },
    { namespace: "lab", name: "broken", role: "Role gone", subjects: ["User mia"] },
    { namespace: "shop", name: "to-mia", role: "Role pod-reader", subjects: ["User zoe"] },
  ],
};

export interface Row {
  readonly what: string;
  /** Mia, where it isn't said. */
  readonly who?: string;
  readonly role?: RoleSketch;
  readonly binding?: BindingSketch;
  readonly aggregates?: boolean;
  /** The rules that are missing; another refusal; or nothing: it is allowed. */
  readonly missing?: readonly string[];
  readonly refused?: string;
}

const privileges = "must have cluster-admin privileges to use the aggregationRule";
const secret = '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}';
export const inShop = { namespace: "shop", name: "new" };
const clusterWide = { name: "new" };

export const rows: readonly Row[] = [
  { what: "a role of what one has", role: { ...inShop, rules: ["get pods", "list pods"] } },
  { what: "a role of nothing", role: { ...inShop, rules: [] } },
  {
    what: "another verb",
    role: { ...inShop, rules: ["get,delete pods"] },
    missing: ['{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}'],
  },
  { what: "another resource", role: { ...inShop, rules: ["get pods,secrets"] }, missing: [secret] },
  {
    what: "a subresource",
    role: { ...inShop, rules: ["get pods/log"] },
    missing: ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}'],
  },
  { what: "a subresource that a star covers", role: { ...inShop, rules: ["patch deployments/scale.apps"] } },
  { what: "that star", role: { ...inShop, rules: ["* */scale.apps"] } },
  {
    what: "another group",
    role: { ...inShop, rules: ["get pods.metrics.k8s.io"] },
    missing: ['{APIGroups:["metrics.k8s.io"], Resources:["pods"], Verbs:["get"]}'],
  },
  {
    what: "all verbs",
    role: { ...inShop, rules: ["* pods"] },
    missing: ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  },
  {
    what: "all resources",
    role: { ...inShop, rules: ["get *"] },
    missing: ['{APIGroups:[""], Resources:["*"], Verbs:["get"]}'],
  },
  {
    what: "all groups",
    role: { ...inShop, rules: ["get pods.*"] },
    missing: ['{APIGroups:["*"], Resources:["pods"], Verbs:["get"]}'],
  },
  {
    what: "everything",
    role: { ...inShop, rules: ["* *.*"] },
    missing: ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'],
  },
  { what: "names that one has", role: { ...inShop, rules: ["get configmaps a"] } },
  {
    what: "one name more",
    role: { ...inShop, rules: ["get configmaps a,c"] },
    missing: ['{APIGroups:[""], Resources:["configmaps"], ResourceNames:["c"], Verbs:["get"]}'],
  },
  {
    what: "all names for some",
    role: { ...inShop, rules: ["get configmaps"] },
    missing: ['{APIGroups:[""], Resources:["configmaps"], Verbs:["get"]}'],
  },
  { what: "a name of all that one has", role: { ...inShop, rules: ["get pods a"] } },
  { what: "what counts everywhere", role: { ...inShop, rules: ["get services"] } },
  {
    what: "in another namespace",
    role: { namespace: "lab", name: "new", rules: ["get services,pods"] },
    missing: [
      '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}; resolution errors: [role.rbac.authorization.k8s.io "gone" not found]',
    ],
  },
  {
    what: "for the whole cluster what one has in a namespace",
    role: { ...clusterWide, rules: ["get pods"] },
    missing: ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  },
  { what: "for the whole cluster what one has there", role: { ...clusterWide, rules: ["get services"] } },
  { what: "a URL that one has", role: { ...clusterWide, rules: ["get /healthz/etcd,/healthz/*"] } },
  {
    what: "another URL",
    role: { ...clusterWide, rules: ["get /healthz,/metrics"] },
    missing: ['{NonResourceURLs:["/metrics"], Verbs:["get"]}'], // the other one everybody may get
  },
  {
    what: "all URLs",
    role: { ...clusterWide, rules: ["get URLs"] },
    missing: ['{NonResourceURLs:["*"], Verbs:["get"]}'],
  },
  {
    what: "to escalate",
    role: { ...inShop, rules: [`escalate,bind ${all}`] },
    missing: [`{APIGroups:["rbac.authorization.k8s.io"], Resources:["roles"], Verbs:["escalate" "bind"]}`],
  },
  { what: "to gather", role: { ...clusterWide, rules: [] }, aggregates: true, refused: privileges },
  { what: "the labels that lead into admin", role: { ...clusterWide, rules: ["get secrets"] }, missing: [secret] },
  { what: "by one's group", who: "noa of makers", role: { ...inShop, rules: ["get pods,secrets"] }, missing: [secret] },
  {
    what: "an administrator anything",
    who: "admin of system:masters",
    role: { ...clusterWide, rules: ["* *.*", "* URLs"] },
    aggregates: true,
  },
  {
    what: "who has everything anything",
    who: "root",
    role: { ...clusterWide, rules: ["* *.*", "* URLs"] },
    aggregates: true,
  },
  {
    what: "who may escalate anything, but by a name not what is new",
    who: "esther",
    role: { ...inShop, name: "known", rules: ["get secrets"] },
    missing: [secret],
  },
  {
    what: "who may escalate all of them anything",
    who: "esther",
    role: { ...clusterWide, rules: ["* *.*"] },
    aggregates: true,
  },

  { what: "bind what one has", binding: { ...inShop, role: "Role pod-reader", subjects: ["User zoe"] } },
  {
    what: "bind it to oneself",
    binding: { ...inShop, role: "Role secret-reader", subjects: ["User mia"] },
    missing: ['{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'],
  },
  {
    what: "bind it to a group",
    binding: { ...inShop, role: "Role secret-reader", subjects: ["Group system:authenticated"] },
    missing: ['{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'],
  },
  {
    what: "bind it to nobody",
    binding: { ...inShop, role: "Role secret-reader", subjects: [] },
    missing: ['{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'],
  },
  {
    what: "bind cluster-admin here",
    binding: { ...inShop, role: "ClusterRole cluster-admin", subjects: ["User mia"] },
    missing: ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'],
  },
  {
    what: "bind cluster-admin everywhere",
    binding: { ...clusterWide, role: "ClusterRole cluster-admin", subjects: ["User mia"] },
    missing: ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'],
  },
  {
    what: "bind everywhere what one has everywhere",
    binding: { ...clusterWide, role: "ClusterRole everywhere", subjects: ["User zoe"] },
  },
  {
    what: "bind a role that isn't there",
    binding: { ...inShop, role: "Role none", subjects: ["User mia"] },
    refused: 'roles.rbac.authorization.k8s.io "none" not found',
  },
  {
    what: "bind a ClusterRole that isn't there",
    binding: { ...clusterWide, role: "ClusterRole none", subjects: [] },
    refused: 'clusterroles.rbac.authorization.k8s.io "none" not found',
  },
  {
    what: "who may bind that one anybody to it",
    who: "bo",
    binding: { ...inShop, role: "Role secret-reader", subjects: ["User bo"] },
  },
  {
    what: "who may bind that ClusterRole here",
    who: "bo",
    binding: { ...inShop, role: "ClusterRole view", subjects: ["User bo"] },
  },
  {
    what: "who may bind another role not this one",
    who: "bo",
    binding: { ...inShop, role: "Role pod-reader", subjects: ["User bo"] },
    missing: ['{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'],
  },
  {
    what: "who may bind here not elsewhere",
    who: "bo",
    binding: { namespace: "lab", name: "new", role: "ClusterRole everywhere", subjects: ["User bo"] },
    missing: [
      '{APIGroups:[""], Resources:["services"], Verbs:["get"]}',
      '{NonResourceURLs:["/healthz/*"], Verbs:["get"]}',
    ],
  },
  {
    what: "an administrator to a role that isn't there",
    who: "admin of system:masters",
    binding: { ...inShop, role: "Role none", subjects: ["User mia"] },
  },
];
