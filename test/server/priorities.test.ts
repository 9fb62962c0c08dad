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
