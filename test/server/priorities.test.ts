import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./served.ts";

const pods = "/api/v1/namespaces/default/pods";
const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: "main", image: "nginx" }], ...spec },
});

test("a pod is as important as its class says", async () => {
  await using served = await serve();
  const { send } = served;
  const made = await send("POST", classes, {
    body: { metadata: { name: "high" }, value: 1000, preemptionPolicy: "Never" },
  });
  assert.equal(made.status, 201, made.text);
  const rows = [
    ["plain", {}, [0, "PreemptLowerPriority", undefined]],
    ["high", { priorityClassName: "high" }, [1000, "Never", "high"]],
    [
      "node",
      { priorityClassName: "system-node-critical" },
      [2_000_001_000, "PreemptLowerPriority", "system-node-critical"],
    ],
  ] as const;
  for (const [name, spec, wanted] of rows) {
    const told = await send("POST", pods, { body: pod(name, spec) });
    const fields = ["priority", "preemptionPolicy", "priorityClassName"].map((field) => told.at("spec", field));
    assert.deepEqual(fields, wanted, told.text);
  }
});

test("pods that name no class are of the one for them", async () => {
  await using served = await serve();
  await served.send("POST", classes, { body: { metadata: { name: "usual" }, value: 5, globalDefault: true } });
  const told = await served.send("POST", pods, { body: pod("a") });
  assert.deepEqual([told.at("spec", "priority"), told.at("spec", "priorityClassName")], [5, "usual"]);
});

for (const [what, spec, message] of [
  ["a class that isn't there", { priorityClassName: "none" }, "no PriorityClass with name none was found"],
  [
    "a number of its own",
    { priority: 7 },
    "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name",
  ],
] as const)
  test(`a pod is refused for ${what}`, async () => {
    await using served = await serve();
    const told = await served.send("POST", pods, { body: pod("a", spec) });
    assert.deepEqual([told.status, told.at("message")], [403, `pods "a" is forbidden: ${message}`]);
  });

test("one class is for pods that name none, and no second one", async () => {
  await using served = await serve();
  const { send } = served;
  const usual = { metadata: { name: "usual" }, value: 5, globalDefault: true };
  await send("POST", classes, { body: usual });
  await send("POST", classes, { body: { metadata: { name: "other" }, value: 6 } });
  const taken = "PriorityClass usual is already marked as default. Only one default can exist";
  const headers = { "content-type": "application/merge-patch+json" };
  const attempts = [
    await send("POST", classes, { body: { metadata: { name: "second" }, value: 7, globalDefault: true } }),
    await send("PATCH", `${classes}/other`, { headers, body: { globalDefault: true } }),
  ];
  assert.deepEqual(
    attempts.map((told) => [told.status, told.at("message")]),
    ["second", "other"].map((name) => [403, `priorityclasses.scheduling.k8s.io "${name}" is forbidden: ${taken}`]),
  );
  const same = await send("PATCH", `${classes}/usual`, { headers, body: { description: "the usual" } });
  assert.equal(same.status, 200, same.text);
});

test("a pod keeps its priority where an update doesn't say it", async () => {
  await using served = await serve();
  const made = await served.send("POST", pods, { body: pod("a") });
  const object = Object(JSON.parse(made.text));
  const { priority: _, preemptionPolicy: __, ...spec } = object.spec;
  const told = await served.send("PUT", `${pods}/a`, { body: { ...object, spec } });
  assert.deepEqual(
    [told.status, told.at("spec", "priority"), told.at("spec", "preemptionPolicy")],
    [200, 0, "PreemptLowerPriority"],
    told.text,
  );
});
