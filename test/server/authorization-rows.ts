import type { Sketches } from "./access-roles.ts";

// Who may do what, as data: `authorization-table.test.ts` asks the server.

export const sketches: Sketches = {
  namespaces: ["shop", "lab"],
  roles: [
    { namespace: "shop", name: "pod-reader", rules: ["get,list,watch pods", "get pods/log"] },
    { namespace: "shop", name: "settings", rules: ["get,list,watch,create,update,patch,delete configmaps settings"] },
    { namespace: "shop", name: "scaler", rules: ["get,update,patch */scale.apps"] },
    { namespace: "shop", name: "owner", rules: ["* *.apps", "* services"] },
    { namespace: "shop", name: "shell", rules: ["create pods/exec,pods/portforward", "get pods/*"] },
    { name: "first-node", rules: ["get,list,watch nodes n1", "list nodes"] },
    { name: "crontabs", rules: ["* *.stable.example.com"] },
    { name: "debugger", rules: ["get /metrics,/debug/*,/logs*"] },
    { name: "everywhere", rules: ["get widgets.*"] },
    { name: "signer", rules: ["approve signers.certificates.k8s.io example.com/a"] },
  ],
  bindings: [
    {
      namespace: "shop",
      name: "readers",
      role: "Role pod-reader",
      subjects: ["User anna", "Group interns", "ServiceAccount robot", "ServiceAccount lab/tester"],
    },
    { namespace: "shop", name: "settings", role: "Role settings", subjects: ["User ben"] },
    { namespace: "shop", name: "scalers", role: "Role scaler", subjects: ["Group scalers"] },
    { namespace: "shop", name: "owners", role: "Role owner", subjects: ["User olga"] },
    { namespace: "shop", name: "shells", role: "Role shell", subjects: ["User shelly"] },
    { namespace: "shop", name: "view", role: "ClusterRole view", subjects: ["User vera"] },
    { namespace: "shop", name: "edit", role: "ClusterRole edit", subjects: ["User eddy"] },
    { namespace: "shop", name: "admin", role: "ClusterRole admin", subjects: ["User ada"] },
    { namespace: "shop", name: "boss", role: "ClusterRole cluster-admin", subjects: ["User boris"] },
    { namespace: "shop", name: "debug", role: "ClusterRole debugger", subjects: ["User dora"] },
    { namespace: "shop", name: "lost", role: "Role gone", subjects: ["User lost"] },
    { namespace: "shop", name: "lost-too", role: "ClusterRole gone-too", subjects: ["User lost", "User misled"] },
    { namespace: "lab", name: "settings", role: "Role settings", subjects: ["User ben"] },
    { namespace: "lab", name: "everybody", role: "ClusterRole view", subjects: ["Group system:serviceaccounts:shop"] },
    { name: "first-node", role: "ClusterRole first-node", subjects: ["User nina"] },
    { name: "crontabs", role: "ClusterRole crontabs", subjects: ["User nina", "Group cron"] },
    { name: "debuggers", role: "ClusterRole debugger", subjects: ["Group debuggers"] },
    { name: "auditors", role: "ClusterRole view", subjects: ["Group auditors"] },
    { name: "everywhere", role: "ClusterRole everywhere", subjects: ["User wes"] },
    { name: "signers", role: "ClusterRole signer", subjects: ["User sina"] },
    { name: "root", role: "ClusterRole cluster-admin", subjects: ["User root"] },
    { name: "asks", role: "ClusterRole system:auth-delegator", subjects: ["ServiceAccount lab/webhook"] },
  ],
};

export interface Block {
  /** As `identityOf` reads it. */
  readonly who: string;
  /** What lets them: what stands behind `RBAC: allowed by`; empty where no role does. */
  readonly by: string;
  /** `VERBS RESOURCES[.GROUP] [NAMESPACE][/NAME]`, or `VERBS PATH`. */
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
  /** Why not; nothing, where it isn't said. */
  readonly because?: string;
}

const read = "get,list,watch";
const write = "create,update,patch,delete,deletecollection";

/** Of those roles and bindings. */
export const ownBlocks: readonly Block[] = [
  {
    who: "anna",
    by: 'RoleBinding "readers/shop" of Role "pod-reader" to User "anna"',
    may: [`${read} pods shop`, "get pods shop/web", "get pods/log shop/web"],
    mayNot: [
      `${write} pods shop`,
      "get,list pods lab",
      "get,list pods",
      "list,watch pods/log shop/web",
      "create pods/exec shop/web",
      "get pods/status shop/web",
      "get services shop/web",
      "get pods.metrics.k8s.io shop/web",
      "get namespaces shop/shop",
      "get /metrics",
    ],
  },
  {
    who: "zoe of interns",
    by: 'RoleBinding "readers/shop" of Role "pod-reader" to Group "interns"',
    may: [`${read} pods shop`],
    mayNot: ["get pods lab", "delete pods shop/web"],
  },
  {
    who: "system:serviceaccount:shop:robot",
    by: 'RoleBinding "readers/shop" of Role "pod-reader" to ServiceAccount "robot/shop"',
    may: [`${read} pods shop`],
    mayNot: ["create pods shop", "get secrets shop/robot-token"],
  },
  {
    who: "system:serviceaccount:lab:tester",
    by: 'RoleBinding "readers/shop" of Role "pod-reader" to ServiceAccount "tester/lab"',
    may: [`${read} pods shop`],
    mayNot: ["list pods lab"],
  },
  { who: "system:serviceaccount:lab:robot", by: "", may: [], mayNot: [`${read} pods shop`, `${read} pods lab`] },
  { who: "system:serviceaccount:shop:tester", by: "", may: [], mayNot: [`${read} pods shop`] },
  { who: "robot", by: "", may: [], mayNot: ["get pods shop/web"] },
  { who: "interns", by: "", may: [], mayNot: ["get pods shop/web"] },
  { who: "zoe of anna", by: "", may: [], mayNot: ["get pods shop/web"] },
  {
    who: "system:serviceaccount:shop:other",
    by: 'RoleBinding "everybody/lab" of ClusterRole "view" to Group "system:serviceaccounts:shop"',
    may: [`${read} pods,configmaps,services lab`],
    mayNot: ["get secrets lab/x", "list pods shop", "list pods"],
  },
  {
    who: "ben",
    by: 'RoleBinding "settings/shop" of Role "settings" to User "ben"',
    may: ["get,list,watch,update,patch,delete configmaps shop/settings"],
    mayNot: [
      "get,update,patch,delete configmaps shop/other",
      "list,watch,create,deletecollection configmaps shop",
      "get secrets shop/settings",
    ],
  },
  {
    who: "ben",
    by: "",
    may: [],
    mayNot: ["get,update configmaps lab/settings", "create configmaps lab"],
    because: 'role.rbac.authorization.k8s.io "settings" not found',
  },
  {
    who: "sam of scalers",
    by: 'RoleBinding "scalers/shop" of Role "scaler" to Group "scalers"',
    may: ["get,update,patch deployments/scale.apps shop/web", "get replicasets/scale.apps shop/web"],
    mayNot: [
      "get,update,patch deployments.apps shop/web",
      "get deployments/status.apps shop/web",
      "get replicationcontrollers/scale shop/web",
      "delete deployments/scale.apps shop/web",
    ],
  },
  {
    who: "olga",
    by: 'RoleBinding "owners/shop" of Role "owner" to User "olga"',
    may: [
      `${read},${write} deployments.apps shop/web`,
      "get deployments/scale.apps,daemonsets/status.apps shop/web",
      `${read},${write},proxy services shop/web`,
    ],
    mayNot: ["get services/proxy shop/web", "get pods shop/web", "get deployments.extensions shop/web"],
  },
  {
    who: "shelly",
    by: 'RoleBinding "shells/shop" of Role "shell" to User "shelly"',
    may: ["create pods/exec,pods/portforward shop/web"],
    mayNot: ["get pods/exec,pods/log,pods shop/web", "create pods/attach shop/web"],
  },
  {
    who: "nina",
    by: 'ClusterRoleBinding "first-node" of ClusterRole "first-node" to User "nina"',
    may: ["get nodes /n1", "list nodes", "watch nodes /n1"],
    mayNot: ["get nodes /n2", "watch nodes", "get nodes/proxy /n1", "patch nodes /n1"],
  },
  {
    who: "nina",
    by: 'ClusterRoleBinding "crontabs" of ClusterRole "crontabs" to User "nina"',
    may: [`${read},${write},escalate crontabs.stable.example.com shop`, "get crontabs/status.stable.example.com /x"],
    mayNot: ["get crontabs.example.com shop/x"],
  },
  {
    who: "dino of debuggers",
    by: 'ClusterRoleBinding "debuggers" of ClusterRole "debugger" to Group "debuggers"',
    may: ["get /metrics,/debug/,/debug/pprof/heap,/logs,/logs/x"],
    mayNot: ["post /metrics", "get /debug,/metrics/,/configz"],
  },
  { who: "dora", by: "", may: [], mayNot: ["get /metrics", "get /debug/pprof"] },
  {
    who: "wes",
    by: 'ClusterRoleBinding "everywhere" of ClusterRole "everywhere" to User "wes"',
    may: ["get widgets.example.com shop/x", "get widgets shop/x", "get widgets.other.example.com /x"],
    mayNot: ["list widgets.example.com shop", "get gadgets.example.com shop/x"],
  },
  {
    who: "sina",
    by: 'ClusterRoleBinding "signers" of ClusterRole "signer" to User "sina"',
    may: ["approve signers.certificates.k8s.io /example.com/a"],
    mayNot: ["approve signers.certificates.k8s.io /example.com/b", "sign signers.certificates.k8s.io /example.com/a"],
  },
  {
    who: "lost",
    by: "",
    may: [],
    mayNot: ["get pods shop/web", "list secrets shop"],
    because:
      '[role.rbac.authorization.k8s.io "gone" not found, clusterrole.rbac.authorization.k8s.io "gone-too" not found]',
  },
  {
    who: "misled",
    by: "",
    may: [],
    mayNot: ["get pods shop/web"],
    because: 'clusterrole.rbac.authorization.k8s.io "gone-too" not found',
  },
  { who: "misled", by: "", may: [], mayNot: ["get pods lab/web", "get /metrics", "list nodes"] },
];
