import assert from "node:assert/strict";
import test from "node:test";
import { openMemoryStore } from "#store/memory.ts";
import { type Served, serve } from "./served.ts";

const pods = "/api/v1/namespaces/default/pods";
const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

const app = { app: "web" };
const message = "Cannot evict pod as it would violate the pod's disruption budget.";

/** A pod on a node; `conditions` are types that are True. */
async function pod(served: Served, name: string, { phase = "Running", ready = "True", labels = app } = {}) {
  const body = { metadata: { name, labels }, spec: { nodeName: "n", containers: [{ name: "c", image: "i" }] } };
  assert.equal((await served.send("POST", pods, { body })).status, 201);
  const status = { phase, conditions: [{ type: "Ready", status: ready }] };
  const set = await served.send("PATCH", `${pods}/${name}/status`, { body: { status }, headers: merge });
  assert.equal(set.status, 200, set.text);
}
const merge = { "content-type": "application/merge-patch+json" };

interface Counted {
  readonly disruptionsAllowed?: number;
  readonly currentHealthy?: number;
  readonly desiredHealthy?: number;
  readonly conditions?: readonly unknown[];
}
/** A budget; without `status` nobody has counted for it. */
async function budget(served: Served, name: string, status?: Counted, spec: object = {}) {
  const body = { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: app }, ...spec } };
  assert.equal((await served.send("POST", budgets, { body })).status, 201);
  if (status === undefined) return;
  const whole = { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, ...status };
  const set = await served.send("PATCH", `${budgets}/${name}/status`, { body: { status: whole }, headers: merge });
  assert.equal(set.status, 200, set.text);
}

const evict = (served: Served, name: string, { query = "", ...rest }: Record<string, unknown> = {}) =>
  served.send("POST", `${pods}/${name}/eviction${query}`, {
    body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "default" }, ...rest },
  });

const state = async (served: Served, name: string): Promise<string> => {
  const told = await served.send("GET", `${pods}/${name}`);
  if (told.status === 404) return "gone";
  return told.at("metadata", "deletionTimestamp") === undefined ? "stays" : "goes";
};

for (const apiVersion of ["policy/v1", "policy/v1beta1"])
  test(`${apiVersion}: a pod that no budget guards is evicted, and says so until it is gone`, async () => {
    await using served = await serve();
    await pod(served, "p");
    const told = await evict(served, "p", { apiVersion });
    assert.deepEqual([told.status, told.at("kind"), told.at("status")], [201, "Status", "Success"], told.text);
    const left = await served.send("GET", `${pods}/p`);
    assert.equal(left.at("metadata", "deletionGracePeriodSeconds"), 30);
    assert.deepEqual(
      ["type", "status", "reason", "message"].map((field) => left.at("status", "conditions", 1, field)),
      ["DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting"],
    );
  });

test("an eviction takes from its budget what the budget allows, and the next is refused", async () => {
  await using served = await serve();
  await pod(served, "p");
  await pod(served, "q");
  await budget(served, "b", { disruptionsAllowed: 1 });
  assert.equal((await evict(served, "p")).status, 201);
  const spent = await served.send("GET", `${budgets}/b`);
  assert.deepEqual(
    [spent.at("status", "disruptionsAllowed"), Object.keys(Object(spent.at("status", "disruptedPods")))],
    [0, ["p"]],
  );
  assert.deepEqual(
    ["type", "status", "reason"].map((field) => spent.at("status", "conditions", 0, field)),
    ["DisruptionAllowed", "False", "InsufficientPods"],
  );
  const refused = await evict(served, "q");
  assert.deepEqual([refused.status, refused.at("reason"), refused.at("message")], [429, "TooManyRequests", message]);
  assert.deepEqual(refused.at("details"), {
    causes: [
      { reason: "DisruptionBudget", message: "The disruption budget b needs 1 healthy pods and has 2 currently" },
    ],
  });
  assert.deepEqual([await state(served, "p"), await state(served, "q")], ["goes", "stays"]);
});

interface Row {
  readonly name: string;
  readonly pod?: Parameters<typeof pod>[2];
  readonly status?: Counted;
  readonly spec?: object;
  readonly told: readonly [code: number, why?: string];
  readonly left: string;
}
const rows: readonly Row[] = [
  {
    name: "a budget that nobody has counted for lets nothing go",
    told: [429, "The disruption budget b is still being processed by the server."],
    left: "stays",
  },
  {
    name: "a budget that could not be counted for says why",
    status: {
      disruptionsAllowed: 0,
      conditions: [
        {
          type: "DisruptionAllowed",
          status: "False",
          reason: "SyncFailed",
          message: "found no controller",
          lastTransitionTime: "2026-01-01T00:00:00Z",
        },
      ],
    },
    told: [
      429,
      "The disruption budget b does not allow evicting pods currently because it failed sync: found no controller",
    ],
    left: "stays",
  },
  {
    name: "a pod that has not started is guarded by nothing",
    pod: { phase: "Pending", ready: "False" },
    told: [201],
    left: "goes",
  },
  {
    name: "a pod that is over is guarded by nothing",
    pod: { phase: "Failed", ready: "False" },
    told: [201],
    left: "gone",
  },
  {
    name: "an unready pod goes while enough others are ready",
    pod: { ready: "False" },
    status: {},
    told: [201],
    left: "goes",
  },
  {
    name: "an unready pod stays while too few are ready",
    pod: { ready: "False" },
    status: { currentHealthy: 0 },
    told: [429, "The disruption budget b needs 1 healthy pods and has 0 currently"],
    left: "stays",
  },
  {
    name: "an unready pod goes where its budget always allows that",
    pod: { ready: "False" },
    status: { currentHealthy: 0 },
    spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" },
    told: [201],
    left: "goes",
  },
  {
    name: "a budget of other pods guards nothing",
    spec: { selector: { matchLabels: { app: "db" } } },
    told: [201],
    left: "goes",
  },
  { name: "a budget without a selector guards nothing", spec: { selector: null }, told: [201], left: "goes" },
];
for (const row of rows)
  test(`eviction: ${row.name}`, async () => {
    await using served = await serve();
    await pod(served, "p", row.pod);
    await budget(served, "b", row.status, row.spec);
    const told = await evict(served, "p");
    assert.deepEqual([told.status, told.at("details", "causes", 0, "message")], [row.told[0], row.told[1]], told.text);
    assert.equal(await state(served, "p"), row.left);
  });

test("a budget that is still to be counted is asked again after ten seconds", async () => {
  await using served = await serve();
  await pod(served, "p");
  await budget(served, "b");
  const told = await evict(served, "p");
  assert.deepEqual([told.headers["retry-after"], told.at("details", "retryAfterSeconds")], ["10", 10]);
});

test("a pod with two budgets is not evicted", async () => {
  await using served = await serve();
  await pod(served, "p");
  for (const name of ["b1", "b2"]) await budget(served, name, { disruptionsAllowed: 1 });
  const told = await evict(served, "p");
  assert.deepEqual(
    [told.status, told.at("message")],
    [500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."],
  );
});

for (const { pod: how, told } of [
  { pod: { ready: "False" }, told: [429, "stays"] as const },
  { pod: { phase: "Pending" }, told: [201, "goes"] as const },
])
  test(`a pod that changes while its eviction is judged: ${JSON.stringify(how)}`, async () => {
    const store = openMemoryStore();
    const meanwhile: (() => Promise<unknown>)[] = [];
    const get = store.get.bind(store);
    const watched = Object.assign(store, {
      get: async (key: string) => {
        const entry = await get(key);
        if (key.endsWith("/pods/default/p")) await meanwhile.pop()?.();
        return entry;
      },
    });
    await using served = await serve({ store: watched });
    await pod(served, "p", how);
    await budget(served, "b", {});
    meanwhile.push(() =>
      served.send("PATCH", `${pods}/p`, { body: { metadata: { labels: { seen: "no" } } }, headers: merge }),
    );
    assert.deepEqual([(await evict(served, "p")).status, await state(served, "p")], told);
  });

for (const sent of [{ query: "?dryRun=All" }, { deleteOptions: { dryRun: ["All"] } }])
  test(`a rehearsed eviction changes neither pod nor budget: ${JSON.stringify(sent)}`, async () => {
    await using served = await serve();
    await pod(served, "p");
    await budget(served, "b", { disruptionsAllowed: 1 });
    const before = (await served.send("GET", `${pods}/p`)).text;
    assert.equal((await evict(served, "p", sent)).status, 201);
    assert.equal((await served.send("GET", `${pods}/p`)).text, before);
    assert.equal((await served.send("GET", `${budgets}/b`)).at("status", "disruptionsAllowed"), 1);
  });

test("an eviction says how its pod is to be deleted, and which pod it means", async () => {
  await using served = await serve();
  await pod(served, "p");
  const other = await evict(served, "p", { deleteOptions: { preconditions: { uid: "of-an-earlier-p" } } });
  assert.deepEqual([other.status, other.at("reason")], [409, "Conflict"]);
  assert.equal(await state(served, "p"), "stays");
  const wrong = await evict(served, "p", { deleteOptions: { propagationPolicy: "Sideways" } });
  assert.equal(wrong.status, 422);
  const named = await evict(served, "p", { metadata: { name: "q" } });
  assert.deepEqual([named.status, named.at("message")], [400, "name in URL does not match name in Eviction object"]);
  assert.equal((await evict(served, "absent")).status, 404);
  assert.equal((await evict(served, "p", { deleteOptions: { gracePeriodSeconds: 5 } })).status, 201);
  assert.equal((await served.send("GET", `${pods}/p`)).at("metadata", "deletionGracePeriodSeconds"), 5);
});

test("what drains a node finds that pods can be evicted", async () => {
  await using served = await serve();
  const resources = Object.values(Object((await served.send("GET", "/api/v1")).at("resources")));
  assert.deepEqual(
    resources.find((one) => Object(one).name === "pods/eviction"),
    {
      name: "pods/eviction",
      singularName: "",
      namespaced: true,
      group: "policy",
      version: "v1",
      kind: "Eviction",
      verbs: ["create"],
    },
  );
});
