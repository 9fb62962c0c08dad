import type { Block } from "./authorization-rows.ts";

// Of the roles that every cluster has.

const read = "get,list,watch";
const write = "create,update,patch,delete,deletecollection";
const workloads = "deployments.apps,statefulsets.apps,daemonsets.apps,replicasets.apps,jobs.batch,cronjobs.batch";
const parts = "configmaps,services,endpoints,persistentvolumeclaims,serviceaccounts,replicationcontrollers";

const ofPeople: readonly Block[] = [
  {
    who: "vera",
    by: 'RoleBinding "view/shop" of ClusterRole "view" to User "vera"',
    may: [
      `${read} pods,${parts} shop`,
      `${read} ${workloads} shop`,
      "get pods/log,pods/status shop/web",
      "list events,limitranges,resourcequotas shop",
      "get namespaces shop/shop",
      "list ingresses.networking.k8s.io,networkpolicies.networking.k8s.io,endpointslices.discovery.k8s.io shop",
      "list horizontalpodautoscalers.autoscaling,poddisruptionbudgets.policy shop",
      "get deployments/scale.apps shop/web",
    ],
    mayNot: [
      "get,list,watch secrets shop",
      `${write} pods,configmaps shop`,
      "create pods/exec,pods/portforward,pods/eviction shop/web",
      "get pods/exec shop/web",
      "get,list roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io shop",
      "create serviceaccounts/token shop/default",
      "list leases.coordination.k8s.io shop",
      "list pods lab",
      "list pods",
      "list nodes,namespaces,persistentvolumes",
      "list controllers.example.com shop",
    ],
  },
  {
    who: "eddy",
    by: 'RoleBinding "edit/shop" of ClusterRole "edit" to User "eddy"',
    may: [
      `${read},${write} pods,configmaps,secrets,services shop`,
      `${write} ${workloads} shop`,
      `${write} ingresses.networking.k8s.io,leases.coordination.k8s.io shop`,
      "create pods/exec,pods/attach,pods/portforward,pods/eviction shop/web",
      "create serviceaccounts/token shop/default",
      "impersonate serviceaccounts shop/default",
      "update deployments/scale.apps shop/web",
    ],
    mayNot: [
      "get,create,update roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io shop",
      "create,update,delete resourcequotas,limitranges shop",
      "create,update endpoints shop",
      "create endpointslices.discovery.k8s.io shop",
      "update namespaces shop/shop",
      "patch pods/status,services/status shop/web",
      "create pods/binding shop/web",
      "impersonate users",
      "get secrets lab/x",
      "list secrets",
    ],
  },
  {
    who: "ada",
    by: 'RoleBinding "admin/shop" of ClusterRole "admin" to User "ada"',
    may: [
      `${read},${write} roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io shop`,
      `${read},${write} secrets,pods shop`,
      "create localsubjectaccessreviews.authorization.k8s.io shop",
      "list resourcequotas shop",
    ],
    mayNot: [
      "create,update,delete resourcequotas,limitranges shop",
      "update,delete namespaces shop/shop",
      "bind,escalate roles.rbac.authorization.k8s.io shop/x",
      "list clusterroles.rbac.authorization.k8s.io",
      "create subjectaccessreviews.authorization.k8s.io",
      "list roles.rbac.authorization.k8s.io lab",
      "create endpointslices.discovery.k8s.io shop",
    ],
  },
  {
    who: "boris",
    by: 'RoleBinding "boss/shop" of ClusterRole "cluster-admin" to User "boris"',
    may: [
      "get,delete,escalate,bind,approve roles.rbac.authorization.k8s.io,resourcequotas,anything.example.com shop/x",
      "update namespaces shop/shop",
    ],
    mayNot: ["list pods lab", "list nodes", "get /metrics", "delete namespaces lab/lab", "list pods"],
  },
  {
    who: "root",
    by: 'ClusterRoleBinding "root" of ClusterRole "cluster-admin" to User "root"',
    may: [
      "get,delete,anything pods,nodes,things.example.com",
      "delete namespaces lab/lab",
      "get,post /metrics",
      "put /x",
    ],
    mayNot: [],
  },
  {
    who: "audrey of auditors",
    by: 'ClusterRoleBinding "auditors" of ClusterRole "view" to Group "auditors"',
    may: ["list pods,services", "list pods,configmaps lab", "list namespaces", "get namespaces lab/lab"],
    mayNot: ["list secrets", "list nodes,persistentvolumes", "get secrets shop/x", "get /metrics"],
  },
];

const ofEverybody: readonly Block[] = [
  {
    who: "jane",
    by: 'ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    may: ["get /api,/apis,/apis/apps/v1,/api/v1,/openapi/v2,/version,/healthz,/livez,/readyz"],
    mayNot: ["get /,/metrics,/livez/ping,/logs,/apis-other", "post /api", "get pods shop/web"],
  },
  {
    who: "jane",
    by: 'ClusterRoleBinding "system:basic-user" of ClusterRole "system:basic-user" to Group "system:authenticated"',
    may: [
      "create selfsubjectaccessreviews.authorization.k8s.io,selfsubjectrulesreviews.authorization.k8s.io",
      "create selfsubjectreviews.authentication.k8s.io",
    ],
    mayNot: ["create subjectaccessreviews.authorization.k8s.io", "create tokenreviews.authentication.k8s.io"],
  },
  {
    who: "nobody",
    by: 'ClusterRoleBinding "system:public-info-viewer" of ClusterRole "system:public-info-viewer" to Group "system:unauthenticated"',
    may: ["get /version,/version/,/healthz,/livez,/readyz"],
    mayNot: ["get /api,/apis,/openapi/v2", "list pods shop", "create selfsubjectaccessreviews.authorization.k8s.io"],
  },
  {
    who: "prometheus of system:monitoring",
    by: 'ClusterRoleBinding "system:monitoring" of ClusterRole "system:monitoring" to Group "system:monitoring"',
    may: ["get /metrics,/metrics/slis,/livez/ping,/readyz/etcd,/healthz/poststarthook/x"],
    mayNot: ["get /metrics/other", "list pods", "get nodes/metrics /n1"],
  },
  {
    who: "system:serviceaccount:lab:webhook",
    by: 'ClusterRoleBinding "asks" of ClusterRole "system:auth-delegator" to ServiceAccount "webhook/lab"',
    may: ["create tokenreviews.authentication.k8s.io", "create subjectaccessreviews.authorization.k8s.io"],
    mayNot: ["create localsubjectaccessreviews.authorization.k8s.io lab", "get pods lab/x"],
  },
  {
    who: "system:serviceaccount:lab:any",
    by: 'ClusterRoleBinding "system:service-account-issuer-discovery" of ClusterRole "system:service-account-issuer-discovery" to Group "system:serviceaccounts"',
    may: ["get /.well-known/openid-configuration,/openid/v1/jwks"],
    mayNot: ["get /openid/v1,/.well-known/other"],
  },
];

const ofComponents: readonly Block[] = [
  {
    who: "anybody of system:masters",
    by: "",
    may: [
      "get,anything pods,nodes,things.example.com",
      "get,post /metrics",
      "escalate clusterroles.rbac.authorization.k8s.io",
    ],
    mayNot: [],
  },
  {
    who: "system:kube-scheduler",
    by: 'ClusterRoleBinding "system:kube-scheduler" of ClusterRole "system:kube-scheduler" to User "system:kube-scheduler"',
    may: [
      "get,list,watch,delete pods",
      "create pods/binding shop/web",
      "patch pods/status shop/web",
      `${read} nodes,services,namespaces`,
      "create events shop",
      "patch events.events.k8s.io shop/x",
      "get,update leases.coordination.k8s.io kube-system/kube-scheduler",
      "create leases.coordination.k8s.io kube-system",
      "list replicasets.apps,poddisruptionbudgets.policy,csinodes.storage.k8s.io",
    ],
    mayNot: [
      "create,update pods shop",
      "update nodes /n1",
      "list secrets",
      "get configmaps shop/x",
      "update leases.coordination.k8s.io kube-system/other",
      "create deployments.apps shop",
    ],
  },
  {
    who: "system:kube-scheduler",
    by: 'ClusterRoleBinding "system:volume-scheduler" of ClusterRole "system:volume-scheduler" to User "system:kube-scheduler"',
    may: ["update persistentvolumes /x", "patch persistentvolumeclaims shop/x", "list storageclasses.storage.k8s.io"],
    mayNot: ["delete persistentvolumes /x"],
  },
  {
    who: "system:kube-scheduler",
    by: 'RoleBinding "system::leader-locking-kube-scheduler/kube-system" of Role "system::leader-locking-kube-scheduler" to User "system:kube-scheduler"',
    may: ["get,update configmaps kube-system/kube-scheduler"],
    mayNot: ["get configmaps kube-system/other"],
  },
  {
    who: "system:kube-scheduler",
    by: 'RoleBinding "system::extension-apiserver-authentication-reader/kube-system" of Role "extension-apiserver-authentication-reader" to User "system:kube-scheduler"',
    may: [`${read} configmaps kube-system/extension-apiserver-authentication`],
    mayNot: [],
  },
  {
    who: "system:kube-controller-manager",
    by: 'ClusterRoleBinding "system:kube-controller-manager" of ClusterRole "system:kube-controller-manager" to User "system:kube-controller-manager"',
    may: [
      "list,watch pods,secrets,deployments.apps,things.example.com",
      "get,create,update serviceaccounts shop/default",
      "create serviceaccounts/token shop/default",
      "get,delete secrets shop/x",
      "create tokenreviews.authentication.k8s.io",
    ],
    mayNot: [
      "create pods shop",
      "update deployments.apps shop/web",
      "get /metrics",
      "create clusterroles.rbac.authorization.k8s.io",
      "delete nodes /n1",
    ],
  },
  {
    who: "system:kube-controller-manager",
    by: 'RoleBinding "system::leader-locking-kube-controller-manager/kube-system" of Role "system::leader-locking-kube-controller-manager" to User "system:kube-controller-manager"',
    may: ["update configmaps kube-system/kube-controller-manager"],
    mayNot: [],
  },
  {
    who: "system:kube-proxy",
    by: 'ClusterRoleBinding "system:node-proxier" of ClusterRole "system:node-proxier" to User "system:kube-proxy"',
    may: [
      `${read} services,endpoints,nodes,pods`,
      "list endpointslices.discovery.k8s.io,servicecidrs.networking.k8s.io",
      "create,patch events.events.k8s.io default",
    ],
    mayNot: ["list secrets,configmaps", "update services shop/web", "patch nodes/status /n1", "delete pods shop/web"],
  },
  {
    who: "system:serviceaccount:kube-system:kube-dns",
    by: 'ClusterRoleBinding "system:kube-dns" of ClusterRole "system:kube-dns" to ServiceAccount "kube-dns/kube-system"',
    may: ["list,watch services,endpoints"],
    mayNot: ["list pods", "get services shop/web"],
  },
  {
    who: "system:bootstrap:abcdef of system:bootstrappers",
    by: 'ClusterRoleBinding "portolan:node-bootstrapper" of ClusterRole "system:node-bootstrapper" to Group "system:bootstrappers"',
    may: ["create,get,list,watch certificatesigningrequests.certificates.k8s.io"],
    mayNot: [
      "update certificatesigningrequests/approval.certificates.k8s.io /x",
      "approve signers.certificates.k8s.io /kubernetes.io/kube-apiserver-client",
      "list nodes",
      "get secrets kube-system/bootstrap-token-abcdef",
    ],
  },
  {
    who: "system:node:n1 of system:nodes",
    by: "",
    may: [
      `${read} pods,services,nodes`,
      "patch nodes/status /n1",
      "create,update leases.coordination.k8s.io kube-node-lease/n1",
      "list ingresses.networking.k8s.io",
      "create tokenreviews.authentication.k8s.io",
    ],
    mayNot: ["list deployments.apps", "delete nodes /n1", "update pods shop/web", "get /metrics"],
  },
  { who: "system:node:n1", by: "", may: [], mayNot: ["list pods,nodes", "patch nodes/status /n1"] },
  { who: "system:apiserver", by: "", may: [], mayNot: ["list pods", "get secrets shop/x"] },
  { who: "portolan:ingress", by: "", may: [], mayNot: ["list ingresses.networking.k8s.io", "list services"] },
];

export const defaultBlocks: readonly Block[] = [...ofPeople, ...ofEverybody, ...ofComponents];
