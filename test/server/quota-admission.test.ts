import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "#store/memory.ts";
import { type Served, serve, withAccount } from "./served.ts";

const namespace = "/api/v1/namespaces/default";
type Amounts = Readonly<Record<string, string>>;

interface Quota {
  readonly hard: Amounts;
  /** Nothing, where it isn't said. */
  readonly used?: Amounts;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: object;
}

/** As its controller would have left it. */
async function bound(served: Served, { hard, used, ...scope }: Quota, name = "q"): Promise<void> {
  const body = { metadata: { name }, spec: { hard, ...scope } };
  const made = await served.send("POST", `${namespace}/resourcequotas`, { body });
  assert.equal(made.status, 201, made.text);
  const nothing = Object.fromEntries(Object.keys(hard).map((resource) => [resource, "0"]));
  const status = { hard, used: { ...nothing, ...used } };
  const told = await served.send("PUT", `${namespace}/resourcequotas/${name}/status`, { body: { ...body, status } });
  assert.equal(told.status, 200, told.text);
}

async function used(served: Served, name = "q"): Promise<unknown> {
  return (await served.send("GET", `${namespace}/resourcequotas/${name}`)).at("status", "used");
}

const container = (resources: object = {}) => ({ name: "c", image: "a", resources });
const podOf = (spec: object = {}, name = "web") => ({
  metadata: { name },
  spec: { containers: [container()], ...spec },
});
const create = (served: Served, body: object, query = "") => served.send("POST", `${namespace}/pods${query}`, { body });

test("of twenty pods at once, as many come as the quota has room for", async () => {
  await using served = await serve();
  await bound(served, { hard: { pods: "5" } });
  const told = await Promise.all(Array.from({ length: 20 }, (_, i) => create(served, podOf({}, `web-${i}`))));
  assert.equal(told.filter(({ status }) => status === 201).length, 5);
  const refused = told.filter(({ status }) => status === 403);
  assert.equal(refused.length, 15);
  assert.match(
    String(refused[0]?.at("message")),
    /^pods "web-\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5$/,
  );
  assert.deepEqual(await used(served), { pods: "5" });
  const { text } = await served.send("GET", `${namespace}/pods`);
  assert.equal(JSON.parse(text).items.length, 5);
});

test("two servers over one store don't let more in than one", async () => {
  const store = openMemoryStore();
  await using served = await serve({ store });
  await using other = await serve({ store });
  await bound(served, { hard: { pods: "5" } });
  const told = await Promise.all(
    Array.from({ length: 20 }, (_, i) => create(i % 2 === 0 ? served : other, podOf({}, `web-${i}`))),
  );
  assert.equal(told.filter(({ status }) => status === 201).length, 5);
  assert.equal(told.filter(({ status }) => status === 403).length, 15);
  assert.deepEqual(await used(other), { pods: "5" });
});

test("what isn't made costs nothing: refused, tried only, or there already", async () => {
  await using served = await serve();
  await bound(served, { hard: { pods: "5", "count/pods": "5", services: "1" } });
  assert.equal((await create(served, podOf(), "?dryRun=All")).status, 201);
  assert.equal((await create(served, podOf({ restartPolicy: "Sometimes" }))).status, 422);
  assert.deepEqual(await used(served), { "count/pods": "0", pods: "0", services: "0" });
  assert.equal((await create(served, podOf())).status, 201);
  assert.equal((await create(served, podOf())).status, 409);
  assert.deepEqual(await used(served), { "count/pods": "1", pods: "1", services: "0" });
  const service = (name: string, port: number) => ({ metadata: { name }, spec: { ports: [{ port }] } });
  const post = (body: object) => served.send("POST", `${namespace}/services`, { body });
  assert.equal((await post(service("a", 0))).status, 422);
  assert.deepEqual(
    (await Promise.all([post(service("a", 80)), post(service("b", 80))])).map(({ status }) => status).toSorted(),
    [201, 403],
  );
});

const compute = { requests: { cpu: "500m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } };

const refusals: readonly (readonly [name: string, quota: Quota, spec: object, because: string])[] = [
  [
    "more cpu than is left",
    { hard: { "requests.cpu": "1" }, used: { "requests.cpu": "600m" } },
    { containers: [container(compute)] },
    "exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1",
  ],
  [
    "more than is left of two things",
    { hard: { pods: "2", "limits.memory": "100Mi", cpu: "4" }, used: { pods: "2" } },
    { containers: [container(compute)] },
    "exceeded quota: q, requested: limits.memory=128Mi,pods=1, used: limits.memory=0,pods=2, limited: limits.memory=100Mi,pods=2",
  ],
  [
    "a container without what is bounded",
    { hard: { "limits.cpu": "2" } },
    {},
    "failed quota: q: must specify limits.cpu for: c",
  ],
  [
    "containers without what is bounded",
    { hard: { "limits.cpu": "2", memory: "1Gi" } },
    {
      containers: [container(), { ...container(), name: "b" }],
      initContainers: [{ ...container(compute), name: "first" }],
    },
    "failed quota: q: must specify limits.cpu for: b,c; memory for: b,c",
  ],
  [
    "devices that are all taken",
    { hard: { "requests.example.com/gpu": "1" }, used: { "requests.example.com/gpu": "1" } },
    { containers: [container({ limits: { "example.com/gpu": "1" } })] },
    "exceeded quota: q, requested: requests.example.com/gpu=1, used: requests.example.com/gpu=1, limited: requests.example.com/gpu=1",
  ],
  [
    "room on disk that is not left",
    { hard: { "limits.ephemeral-storage": "1Gi" } },
    { containers: [container({ limits: { "ephemeral-storage": "2Gi" } })] },
    "exceeded quota: q, requested: limits.ephemeral-storage=2Gi, used: limits.ephemeral-storage=0, limited: limits.ephemeral-storage=1Gi",
  ],
];
for (const [name, quota, spec, because] of refusals)
  test(`a quota refuses ${name}`, async () => {
    await using served = await serve();
    await bound(served, quota);
    const told = await create(served, podOf(spec));
    assert.deepEqual([told.status, told.at("message")], [403, `pods "web" is forbidden: ${because}`]);
    assert.equal((await create(served, podOf(spec), "?dryRun=All")).status, 403);
  });

test("a quota that nobody has counted yet lets nothing in that it bounds", async () => {
  await using served = await serve();
  await bound(served, { hard: { pods: "5" } });
  const path = `${namespace}/resourcequotas/q/status`;
  const headers = { "content-type": "application/merge-patch+json" };
  await served.send("PATCH", path, { body: { status: { hard: { "count/pods": "5" } } }, headers });
  const told = await create(served, podOf());
  assert.equal(told.at("message"), 'pods "web" is forbidden: status unknown for quota: q, resources: count/pods,pods');
});

/** By quota, a pod that it counts, and one that it doesn't. */
const scopes: readonly (readonly [quota: Omit<Quota, "hard">, counted: object, other: object])[] = [
  [{ scopes: ["BestEffort"] }, {}, { containers: [container(compute)] }],
  [{ scopes: ["NotBestEffort"] }, { containers: [container(compute)] }, {}],
  [{ scopes: ["Terminating"] }, { activeDeadlineSeconds: 60 }, {}],
  [{ scopes: ["NotTerminating"] }, {}, { activeDeadlineSeconds: 60 }],
  [{ scopes: ["PriorityClass"] }, { priorityClassName: "system-node-critical" }, {}],
  ...[
    ["In", ["system-node-critical"], "system-node-critical", "system-cluster-critical"] as const,
    ["NotIn", ["system-node-critical"], "system-cluster-critical", "system-node-critical"] as const,
  ].map(
    ([operator, values, counted, other]) =>
      [
        { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator, values }] } },
        { priorityClassName: counted },
        { priorityClassName: other },
      ] as const,
  ),
  [
    { scopes: ["CrossNamespacePodAffinity"] },
    {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", namespaces: ["kube-system"], labelSelector: {} },
          ],
        },
      },
    },
    {},
  ],
  [{ scopes: ["NotTerminating", "BestEffort"] }, {}, { activeDeadlineSeconds: 60 }],
];
for (const [scope, counted, other] of scopes)
  test(`a quota counts only what is in its scope: ${JSON.stringify(scope)}`, async () => {
    await using served = await serve();
    await bound(served, { hard: { pods: "1" }, used: { pods: "1" }, ...scope });
    assert.equal((await create(served, podOf(counted))).status, 403);
    assert.equal((await create(served, podOf(other))).status, 201);
    const service = { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } };
    assert.equal((await served.send("POST", `${namespace}/services`, { body: service })).status, 201);
  });

const claim = (storage: string, storageClassName = "fast") => ({
  metadata: { name: "files" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, storageClassName },
});
const service = (spec: object) => ({
  metadata: { name: "web" },
  spec: { ports: [{ port: 80 }, { name: "b", port: 81 }].map((one) => ({ name: `p${one.port}`, ...one })), ...spec },
});
const workload = {
  selector: { matchLabels: { app: "a" } },
  template: { metadata: { labels: { app: "a" } }, spec: podOf().spec },
};

/** What an object of a kind costs, of all that the quota names. */
const prices: readonly (readonly [name: string, path: string, body: object, costs: Amounts])[] = [
  [
    "a Service",
    `${namespace}/services`,
    service({}),
    { services: "1", "services.nodeports": "0", "count/services": "1" },
  ],
  [
    "node ports",
    `${namespace}/services`,
    service({ type: "NodePort" }),
    { "services.nodeports": "2", "services.loadbalancers": "0" },
  ],
  [
    "a load balancer",
    `${namespace}/services`,
    service({ type: "LoadBalancer" }),
    { "services.nodeports": "2", "services.loadbalancers": "1" },
  ],
  [
    "a load balancer without node ports",
    `${namespace}/services`,
    service({ type: "LoadBalancer", allocateLoadBalancerNodePorts: false }),
    { "services.nodeports": "0", "services.loadbalancers": "1" },
  ],
  ["a Secret", `${namespace}/secrets`, { metadata: { name: "s" } }, { secrets: "1", "count/secrets": "1" }],
  ["a ConfigMap", `${namespace}/configmaps`, { metadata: { name: "s" } }, { configmaps: "1", "count/configmaps": "1" }],
  [
    "a claim",
    `${namespace}/persistentvolumeclaims`,
    claim("3Gi"),
    {
      persistentvolumeclaims: "1",
      "requests.storage": "3Gi",
      "fast.storageclass.storage.k8s.io/requests.storage": "3Gi",
      "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
      "slow.storageclass.storage.k8s.io/requests.storage": "0",
    },
  ],
  [
    "a Deployment",
    "/apis/apps/v1/namespaces/default/deployments",
    { metadata: { name: "web" }, spec: workload },
    { "count/deployments.apps": "1", "count/replicasets.apps": "0" },
  ],
  [
    "a controller of the old kind",
    `${namespace}/replicationcontrollers`,
    { metadata: { name: "web" }, spec: { template: workload.template } },
    { replicationcontrollers: "1" },
  ],
  [
    "a pod with an init container and an overhead",
    `${namespace}/pods`,
    podOf({
      initContainers: [{ ...container({ requests: { cpu: "2" }, limits: { cpu: "3" } }), name: "first" }],
      containers: [container(compute), { ...container(compute), name: "d" }],
    }),
    { cpu: "2", "requests.cpu": "2", "limits.cpu": "3" },
  ],
];
for (const [name, path, body, costs] of prices)
  test(`a quota is told what is used by ${name}`, async () => {
    await using served = await serve();
    const hard = Object.fromEntries(Object.keys(costs).map((resource) => [resource, "20Gi"]));
    await bound(served, { hard });
    const told = await served.send("POST", path, { body });
    assert.equal(told.status, 201, told.text);
    assert.deepEqual(await used(served), costs);
  });

test("a Service that becomes another one costs the difference, and gives back what it has no more", async () => {
  await using served = await serve();
  await bound(served, { hard: { services: "1", "services.nodeports": "2" } });
  assert.equal(
    (await served.send("POST", `${namespace}/services`, { body: service({ type: "NodePort" }) })).status,
    201,
  );
  const patch = (spec: object) =>
    served.send("PATCH", `${namespace}/services/web`, {
      body: { spec },
      headers: { "content-type": "application/merge-patch+json" },
    });
  const ports = [80, 81, 82].map((port) => ({ name: `p${port}`, port }));
  const over = await patch({ ports });
  assert.match(
    String(over.at("message")),
    /exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=2/,
  );
  assert.equal((await patch({ type: "ClusterIP" })).status, 200);
  assert.deepEqual(await used(served), { services: "1", "services.nodeports": "0" });
});

test("each quota of a namespace counts, and none of another namespace", async () => {
  await using served = await serve();
  await bound(served, { hard: { pods: "5" } }, "first");
  await bound(served, { hard: { pods: "1" } }, "second");
  assert.equal((await create(served, podOf({}, "a"))).status, 201);
  const told = await create(served, podOf({}, "b"));
  assert.match(String(told.at("message")), /exceeded quota: second,/);
  assert.deepEqual([await used(served, "first"), await used(served, "second")], [{ pods: "1" }, { pods: "1" }]);
  await withAccount(served, "kube-system");
  const elsewhere = await served.send("POST", "/api/v1/namespaces/kube-system/pods", { body: podOf() });
  assert.equal(elsewhere.status, 201);
});
