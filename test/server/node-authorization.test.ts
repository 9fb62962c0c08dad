import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { certificateRequest } from "./fixtures.ts";
import { type Sent, type Served, serve, type Told } from "./served.ts";

const nodeNamed = (name: string): Identity => ({
  user: `system:node:${name}`,
  groups: ["system:nodes", "system:authenticated"],
});
const [n1, n2] = [nodeNamed("n1"), nodeNamed("n2")];
const newcomer = { user: "system:bootstrap:abcdef", groups: ["system:bootstrappers", "system:authenticated"] };
const proxy = { user: "system:kube-proxy", groups: ["system:authenticated"] };

const core = "/api/v1/namespaces/default";
const coordination = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
const announcing = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const merge = { "content-type": "application/merge-patch+json" };

/** Nodes n1 and n2, on n1 the pod p, which names a Secret in each way that there is, a ConfigMap and an account. */
async function cluster(): Promise<Served> {
  const served = await serve();
  const make = async (path: string, body: object) => {
    const told = await served.send("POST", path, { body });
    assert.equal(told.status, 201, told.text);
  };
  for (const name of ["n1", "n2"]) await make("/api/v1/nodes", { metadata: { name } });
  for (const name of ["pull", "env", "from", "volume", "projected", "other"])
    await make(`${core}/secrets`, { metadata: { name } });
  for (const name of ["config", "other"]) await make(`${core}/configmaps`, { metadata: { name } });
  await make(`${core}/pods`, { metadata: { name: "p" }, spec: podSpec("n1") });
  await make(`${core}/pods`, {
    metadata: { name: "q" },
    spec: { nodeName: "n2", containers: [{ name: "c", image: "i" }] },
  });
  return served;
}

const podSpec = (nodeName: string) => ({
  nodeName,
  imagePullSecrets: [{ name: "pull" }],
  containers: [
    {
      name: "c",
      image: "i",
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env", key: "a" } } }],
      envFrom: [{ secretRef: { name: "from" } }, { configMapRef: { name: "config" } }],
    },
  ],
  volumes: [
    { name: "v", secret: { secretName: "volume" } },
    { name: "w", projected: { sources: [{ secret: { name: "projected" } }] } },
  ],
});

const pod = (metadata: object, spec: object = {}) => ({
  metadata: { name: "m", ...metadata },
  spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }], ...spec },
});
const mirror = { annotations: { "kubernetes.io/config.mirror": "x" } };
const owner = { apiVersion: "v1", kind: "Node", name: "n1", uid: "1", controller: true };

interface Row {
  readonly what: string;
  readonly as: Identity;
  readonly ask: string;
  readonly sent?: Sent;
  /** What it is answered: a code, or for 403 how the message ends. */
  readonly told: number | string;
}
const unrelated = "no relationship found between node 'n1' and this object";

const rows: readonly Row[] = [
  ...["pull", "env", "from", "volume", "projected"].map((name) => ({
    what: `a Secret that its pod names (${name})`,
    as: n1,
    ask: `GET ${core}/secrets/${name}`,
    told: 200,
  })),
  { what: "a Secret that none of its pods names", as: n1, ask: `GET ${core}/secrets/other`, told: unrelated },
  {
    what: "a Secret of another node's pod",
    as: n2,
    ask: `GET ${core}/secrets/env`,
    told: unrelated.replace("n1", "n2"),
  },
  { what: "a Secret that isn't there", as: n1, ask: `GET ${core}/secrets/none`, told: unrelated },
  { what: "all Secrets", as: n1, ask: `GET ${core}/secrets`, told: "No Object name found" },
  {
    what: "all Secrets everywhere",
    as: n1,
    ask: "GET /api/v1/secrets",
    told: "can only read namespaced object of this type",
  },
  { what: "one Secret, watched", as: n1, ask: `GET ${core}/secrets?fieldSelector=metadata.name%3Denv`, told: 200 },
  {
    what: "another Secret, watched",
    as: n1,
    ask: `GET ${core}/secrets?fieldSelector=metadata.name%3Dother`,
    told: unrelated,
  },
  {
    what: "all but one Secret",
    as: n1,
    ask: `GET ${core}/secrets?fieldSelector=metadata.name!%3Denv`,
    told: "No Object name found",
  },
  {
    what: "a Secret, deleted",
    as: n1,
    ask: `DELETE ${core}/secrets/env`,
    told: "can only read resources of this type",
  },
  { what: "a ConfigMap that its pod names", as: n1, ask: `GET ${core}/configmaps/config`, told: 200 },
  { what: "another ConfigMap", as: n1, ask: `GET ${core}/configmaps/other`, told: unrelated },
  { what: "pods, for their host ports", as: n1, ask: "GET /api/v1/pods", told: 200 },
  { what: "services", as: n1, ask: "GET /api/v1/services", told: 200 },
  {
    what: "all pods of a namespace, deleted",
    as: n1,
    ask: `DELETE ${core}/pods`,
    told: 'API group "" in the namespace "default"',
  },
  { what: "its pod, deleted", as: n1, ask: `DELETE ${core}/pods/p`, told: 200 },
  {
    what: "another node's pod, deleted",
    as: n1,
    ask: `DELETE ${core}/pods/q`,
    told: 'node "n1" can only delete pods with spec.nodeName set to itself',
  },
  {
    what: "its pod, evicted",
    as: n1,
    ask: `POST ${core}/pods/p/eviction`,
    sent: { body: { metadata: { name: "p" } } },
    told: 201,
  },
  {
    what: "another node's pod, evicted",
    as: n1,
    ask: `POST ${core}/pods/q/eviction`,
    sent: { body: { metadata: { name: "q" } } },
    told: 'node "n1" can only evict pods with spec.nodeName set to itself',
  },
  {
    what: "its pod's status",
    as: n1,
    ask: `PATCH ${core}/pods/p/status`,
    sent: { body: { status: { phase: "Running" } }, headers: merge },
    told: 200,
  },
  {
    what: "another pod's status",
    as: n1,
    ask: `PATCH ${core}/pods/q/status`,
    sent: { body: { status: { phase: "Running" } }, headers: merge },
    told: 'node "n1" can only update pod status for pods with spec.nodeName set to itself',
  },
  {
    what: "labels by a status",
    as: n1,
    ask: `PATCH ${core}/pods/p/status`,
    sent: { body: { metadata: { labels: { a: "b" } } }, headers: merge },
    told: 'node "n1" cannot update labels through pod status',
  },
  {
    what: "a pod's spec",
    as: n1,
    ask: `PATCH ${core}/pods/p`,
    sent: { body: {}, headers: merge },
    told: 'API group "" in the namespace "default"',
  },
  {
    what: "a binding",
    as: n1,
    ask: `POST ${core}/pods/p/binding`,
    sent: { body: {} },
    told: 'API group "" in the namespace "default"',
  },
  {
    what: "a pod that is no mirror",
    as: n1,
    ask: `POST ${core}/pods`,
    sent: { body: pod({}) },
    told: 'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  },
  {
    what: "a mirror pod on another node",
    as: n2,
    ask: `POST ${core}/pods`,
    sent: { body: pod(mirror) },
    told: 'node "n2" can only create pods with spec.nodeName set to itself',
  },
  {
    what: "a mirror pod of nobody",
    as: n1,
    ask: `POST ${core}/pods`,
    sent: { body: pod(mirror) },
    told: 'node "n1" can only create pods with an owner reference set to itself',
  },
  {
    what: "a mirror pod with a Secret",
    as: n1,
    ask: `POST ${core}/pods`,
    sent: { body: pod({ ...mirror, ownerReferences: [owner] }, { imagePullSecrets: [{ name: "other" }] }) },
    told: "a mirror pod may not reference secrets",
  },
  {
    what: "a mirror pod",
    as: n1,
    ask: `POST ${core}/pods`,
    sent: { body: pod({ ...mirror, ownerReferences: [owner] }) },
    told: 201,
  },
  {
    what: "its own Node",
    as: n1,
    ask: "PATCH /api/v1/nodes/n1",
    sent: { body: { metadata: { labels: { disk: "ssd", "topology.kubernetes.io/zone": "a" } } }, headers: merge },
    told: 200,
  },
  {
    what: "another Node",
    as: n1,
    ask: "PATCH /api/v1/nodes/n2",
    sent: { body: { metadata: { labels: { a: "b" } } }, headers: merge },
    told: 'node "n1" is not allowed to modify node "n2"',
  },
  {
    what: "another Node's status",
    as: n1,
    ask: "PATCH /api/v1/nodes/n2/status",
    sent: { body: { status: {} }, headers: merge },
    told: 'node "n1" is not allowed to modify node "n2"',
  },
  { what: "a Node, deleted", as: n1, ask: "DELETE /api/v1/nodes/n1", told: 'API group "" at the cluster scope' },
  {
    what: "a Node of another name",
    as: n1,
    ask: "POST /api/v1/nodes",
    sent: { body: { metadata: { name: "n3" } } },
    told: 'node "n1" is not allowed to modify node "n3"',
  },
  {
    what: "its own taints",
    as: n1,
    ask: "PATCH /api/v1/nodes/n1",
    sent: { body: { spec: { taints: [{ key: "a", effect: "NoSchedule" }] } }, headers: merge },
    told: 'node "n1" is not allowed to modify taints',
  },
  {
    what: "a role",
    as: n1,
    ask: "PATCH /api/v1/nodes/n1",
    sent: { body: { metadata: { labels: { "node-role.kubernetes.io/control-plane": "" } } }, headers: merge },
    told: "is not allowed to modify labels: node-role.kubernetes.io/control-plane",
  },
  {
    what: "a restricted label",
    as: nodeNamed("n3"),
    ask: "POST /api/v1/nodes",
    sent: { body: { metadata: { name: "n3", labels: { "a.node-restriction.kubernetes.io/x": "y" } } } },
    told: 'node "n3" is not allowed to set the following labels: a.node-restriction.kubernetes.io/x',
  },
  {
    what: "its own Lease",
    as: n1,
    ask: `POST ${coordination}`,
    sent: { body: { metadata: { name: "n1" } } },
    told: 201,
  },
  {
    what: "another node's Lease",
    as: n1,
    ask: `POST ${coordination}`,
    sent: { body: { metadata: { name: "n2" } } },
    told: "can only access node lease with the same name as the requesting node",
  },
  {
    what: "another node's Lease, read",
    as: n1,
    ask: `GET ${coordination}/n2`,
    told: "can only access node lease with the same name as the requesting node",
  },
  {
    what: "Leases elsewhere",
    as: n1,
    ask: "GET /apis/coordination.k8s.io/v1/namespaces/default/leases/n1",
    told: 'can only access leases in the "kube-node-lease" system namespace',
  },
  {
    what: "who announces an address",
    as: n1,
    ask: `POST ${announcing}`,
    sent: { body: { metadata: { name: "announced.192.0.2.7" }, spec: { holderIdentity: "n2" } } },
    told: 201,
  },
  { what: "who announces what, all of it", as: n1, ask: `GET ${announcing}`, told: 200 },
  {
    what: "a leader's Lease beside those",
    as: n1,
    ask: `POST ${announcing}`,
    sent: { body: { metadata: { name: "kube-scheduler" } } },
    told: "can only access node lease with the same name as the requesting node",
  },
  {
    what: "a leader's Lease, to be deleted",
    as: n1,
    ask: `DELETE ${announcing}/kube-scheduler`,
    told: 'can only access leases in the "kube-node-lease" system namespace',
  },
  { what: "a Deployment", as: n1, ask: "GET /apis/apps/v1/deployments", told: 'API group "apps" at the cluster scope' },
  {
    what: "an event",
    as: n1,
    ask: `POST ${core}/events`,
    sent: { body: { metadata: { name: "e" }, involvedObject: { namespace: "default" } } },
    told: 201,
  },
  {
    what: "a newcomer's certificate request",
    as: newcomer,
    ask: `POST ${csrs}`,
    sent: {
      body: {
        metadata: { name: "c" },
        spec: {
          request: certificateRequest,
          signerName: "kubernetes.io/kube-apiserver-client-kubelet",
          usages: ["client auth"],
        },
      },
    },
    told: 201,
  },
  {
    what: "its own approval by a newcomer",
    as: newcomer,
    ask: `PATCH ${csrs}/c/approval`,
    sent: { body: {}, headers: merge },
    told: 'API group "certificates.k8s.io" at the cluster scope',
  },
  {
    what: "a Secret to a newcomer",
    as: newcomer,
    ask: `GET ${core}/secrets/env`,
    told: 'API group "" in the namespace "default"',
  },
  { what: "nodes to a newcomer", as: newcomer, ask: "GET /api/v1/nodes", told: 'API group "" at the cluster scope' },
  { what: "EndpointSlices to the proxy", as: proxy, ask: "GET /apis/discovery.k8s.io/v1/endpointslices", told: 200 },
  {
    what: "a Secret to the proxy",
    as: proxy,
    ask: `GET ${core}/secrets/env`,
    told: 'API group "" in the namespace "default"',
  },
  {
    what: "nothing to who calls itself a node only",
    as: { user: "system:node:n1", groups: ["system:authenticated"] },
    ask: `GET ${core}/secrets/env`,
    told: 'API group "" in the namespace "default"',
  },
];

for (const { what, as, ask, sent, told } of rows)
  test(`${as.user}: ${what}: ${typeof told === "number" ? told : "refused"}`, async () => {
    await using served = await cluster();
    const [method = "", path = ""] = ask.split(" ");
    const answer = await served.send(method, path, { ...sent, identity: as });
    const message = String(answer.at("message"));
    if (typeof told === "number") assert.equal(answer.status, told, answer.text);
    else assert.deepEqual([answer.status, message.endsWith(told) ? told : message], [403, told]);
  });

test("what a node may read goes with the pod", async () => {
  await using served = await cluster();
  const read = (): Promise<Told> => served.send("GET", `${core}/secrets/env`, { identity: n1 });
  await served.send("POST", `${core}/pods`, { body: { metadata: { name: "second" }, spec: podSpec("n1") } });
  await served.send("DELETE", `${core}/pods/p?gracePeriodSeconds=0`);
  assert.equal((await read()).status, 200, "another pod names it too");
  await served.send("DELETE", `${core}/pods/second?gracePeriodSeconds=0`);
  assert.equal(
    (await read()).at("message"),
    `secrets "env" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": ${unrelated}`,
  );
});
