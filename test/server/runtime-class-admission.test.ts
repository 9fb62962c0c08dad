import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "./served.ts";

const scheduling = {
  nodeSelector: { sandbox: "yes" },
  tolerations: [{ key: "sandbox", operator: "Exists", effect: "NoSchedule" }],
};
const sandbox = {
  metadata: { name: "sandbox" },
  handler: "sandbox",
  overhead: { podFixed: { cpu: "250m", memory: "64Mi" } },
  scheduling,
};

async function withClass(): Promise<Served> {
  const served = await serve();
  const told = await served.send("POST", "/apis/node.k8s.io/v1/runtimeclasses", { body: sandbox });
  assert.equal(told.status, 201, told.text);
  return served;
}
const create = (served: Served, spec: object) =>
  served.send("POST", "/api/v1/namespaces/default/pods", {
    body: { metadata: { name: "x" }, spec: { containers: [{ name: "c", image: "a" }], ...spec } },
  });

test("a pod gets what its runtime costs, and goes where it is found", async () => {
  await using served = await withClass();
  const told = await create(served, { runtimeClassName: "sandbox", nodeSelector: { disk: "ssd" } });
  assert.equal(told.status, 201, told.text);
  assert.deepEqual(told.at("spec", "overhead"), { cpu: "250m", memory: "64Mi" });
  assert.deepEqual(told.at("spec", "nodeSelector"), { disk: "ssd", sandbox: "yes" });
  const tolerations = JSON.stringify(told.at("spec", "tolerations"));
  assert.ok(tolerations.includes('"sandbox"') && tolerations.includes("not-ready"), tolerations);
});

const refused: readonly (readonly [name: string, spec: object, because: string])[] = [
  [
    "that names no runtime that there is",
    { runtimeClassName: "other" },
    'pod rejected: RuntimeClass "other" not found',
  ],
  [
    "that says another cost",
    { runtimeClassName: "sandbox", overhead: { cpu: "1m" } },
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  ],
  [
    "that says a cost without a runtime",
    { overhead: { cpu: "250m" } },
    "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
  ],
  [
    "that is to run elsewhere",
    { runtimeClassName: "sandbox", nodeSelector: { sandbox: "no" } },
    "conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no",
  ],
];
for (const [name, spec, because] of refused)
  test(`a pod is refused ${name}`, async () => {
    await using served = await withClass();
    const told = await create(served, spec);
    assert.deepEqual([told.status, told.at("message")], [403, `pods "x" is forbidden: ${because}`]);
  });
