import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve, withAccount } from "./served.ts";

const namespace = "/api/v1/namespaces/default";
const item = (type: string, bounds: object) => ({ type, ...bounds });
const limit = (served: Served, ...limits: readonly object[]) =>
  served.send("POST", `${namespace}/limitranges`, { body: { metadata: { name: "limits" }, spec: { limits } } });

interface Resources {
  readonly requests?: object;
  readonly limits?: object;
}
const container = (name: string, resources: Resources = {}) => ({ name, image: "a", resources });
const pod = (spec: object) => ({ metadata: { name: "web" }, spec });
const create = (served: Served, spec: object) => served.send("POST", `${namespace}/pods`, { body: pod(spec) });

test("containers get what their namespace gives, and the pod says so", async () => {
  await using served = await serve();
  await limit(
    served,
    item("Container", { default: { cpu: "1", memory: "64Mi" }, defaultRequest: { cpu: "100m", memory: "32Mi" } }),
  );
  const told = await create(served, {
    containers: [container("a"), container("b", { requests: { cpu: "200m" }, limits: { cpu: "300m" } })],
    initContainers: [container("first", { limits: { cpu: "1", memory: "1Gi" } })],
  });
  assert.equal(told.status, 201);
  assert.equal(
    told.at("metadata", "annotations", "kubernetes.io/limit-ranger"),
    "LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; " +
      "memory request for container b; memory limit for container b",
  );
  assert.deepEqual(told.at("spec", "containers", 0, "resources"), {
    requests: { cpu: "100m", memory: "32Mi" },
    limits: { cpu: "1", memory: "64Mi" },
  });
  assert.deepEqual(told.at("spec", "containers", 1, "resources"), {
    requests: { cpu: "200m", memory: "32Mi" },
    limits: { cpu: "300m", memory: "64Mi" },
  });
  assert.equal(told.at("status", "qosClass"), "Burstable");
  await withAccount(served, "kube-system");
  const elsewhere = await served.send("POST", "/api/v1/namespaces/kube-system/pods", {
    body: pod({ containers: [container("a")] }),
  });
  assert.deepEqual([elsewhere.status, elsewhere.at("metadata", "annotations")], [201, undefined]);
  const gone = await served.send("DELETE", `${namespace}/limitranges/limits`);
  assert.equal(gone.status, 200);
  const later = await served.send("POST", `${namespace}/pods`, {
    body: { metadata: { name: "later" }, spec: { containers: [container("a")] } },
  });
  assert.equal(later.at("metadata", "annotations"), undefined);
});

const cpu = (requests: string, limits: string): Resources => ({ requests: { cpu: requests }, limits: { cpu: limits } });
const two = { containers: [container("a", cpu("600m", "600m")), container("b", cpu("600m", "600m"))] };

const refused: readonly (readonly [name: string, limits: object, spec: object, because: string])[] = [
  [
    "a container that may take too much",
    item("Container", { max: { cpu: "1" } }),
    { containers: [container("a", cpu("1", "2"))] },
    "maximum cpu usage per Container is 1, but limit is 2",
  ],
  [
    "a container that asks for too little",
    item("Container", { min: { memory: "64Mi" } }),
    { containers: [container("a", { requests: { memory: "32Mi" } })] },
    "minimum memory usage per Container is 64Mi, but request is 32Mi",
  ],
  [
    "an init container that may take too much",
    item("Container", { max: { cpu: "1" } }),
    { containers: [container("a")], initContainers: [container("first", cpu("1", "1500m"))] },
    "maximum cpu usage per Container is 1, but limit is 1500m",
  ],
  [
    "a container that may take much more than it asks for",
    item("Container", { maxLimitRequestRatio: { cpu: "2" } }),
    { containers: [container("a", cpu("500m", "1250m"))] },
    "cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000",
  ],
  [
    "a container without the request that a ratio needs",
    item("Container", { maxLimitRequestRatio: { cpu: "2" } }),
    { containers: [container("a")] },
    "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
  ],
  [
    "a pod whose containers take too much together",
    item("Pod", { max: { cpu: "1" } }),
    two,
    "maximum cpu usage per Pod is 1, but limit is 1200m",
  ],
  [
    "a pod that asks for nothing where something must be asked for",
    item("Pod", { min: { cpu: "1" } }),
    { containers: [container("a")] },
    "minimum cpu usage per Pod is 1.  No request is specified",
  ],
  [
    "a pod without a limit where there is one at most",
    item("Pod", { max: { memory: "1Gi" } }),
    { containers: [container("a", { requests: { memory: "1Mi" } })] },
    "maximum memory usage per Pod is 1Gi.  No limit is specified",
  ],
  [
    "what is wrong in two ways",
    item("Container", { min: { memory: "64Mi" }, max: { cpu: "1", memory: "1Gi" } }),
    { containers: [container("a", { requests: { memory: "32Mi" }, limits: { cpu: "2", memory: "1Gi" } })] },
    "[minimum memory usage per Container is 64Mi, but request is 32Mi, maximum cpu usage per Container is 1, but limit is 2]",
  ],
];
for (const [name, limits, spec, because] of refused)
  test(`a LimitRange refuses ${name}`, async () => {
    await using served = await serve();
    assert.equal((await limit(served, limits)).status, 201);
    const told = await create(served, spec);
    assert.deepEqual(
      [told.status, told.at("reason"), told.at("message")],
      [403, "Forbidden", `pods "web" is forbidden: ${because}`],
    );
    const dry = await served.send("POST", `${namespace}/pods?dryRun=All`, { body: pod(spec) });
    assert.equal(dry.status, 403);
  });

test("sidecars count beside what runs, and init containers one by one", async () => {
  await using served = await serve();
  await limit(served, item("Pod", { max: { cpu: "1" } }));
  const first = container("first", cpu("700m", "700m"));
  const sidecar = { ...container("beside", cpu("200m", "200m")), restartPolicy: "Always" };
  const spec = (main: string) => ({
    initContainers: [first, { ...first, name: "second" }, sidecar],
    containers: [container("a", cpu(main, main))],
  });
  const over = await create(served, spec("900m"));
  assert.match(String(over.at("message")), /maximum cpu usage per Pod is 1, but limit is 1100m/);
  assert.equal((await create(served, spec("800m"))).status, 201);
});

test("claims are as large as their namespace lets them be", async () => {
  await using served = await serve();
  await limit(served, item("PersistentVolumeClaim", { min: { storage: "1Gi" }, max: { storage: "2Gi" } }));
  const claim = (storage: string) => ({
    metadata: { name: "files" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  });
  const create = (storage: string) =>
    served.send("POST", `${namespace}/persistentvolumeclaims`, { body: claim(storage) });
  const refusal = 'persistentvolumeclaims "files" is forbidden: ';
  assert.equal(
    (await create("512Mi")).at("message"),
    `${refusal}minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi`,
  );
  assert.equal(
    (await create("3Gi")).at("message"),
    `${refusal}maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi`,
  );
  assert.equal((await create("2Gi")).status, 201);
});
