import assert from "node:assert/strict";
import { test } from "node:test";
import { readObject } from "#machinery/decode.ts";
import { type Pod, pods } from "../pod.ts";
import { type QosClass, qosClassOf } from "./qos.ts";

const both = { cpu: "100m", memory: "64Mi" };

const rows: readonly (readonly [what: string, spec: object, expected: QosClass])[] = [
  ["nothing said", {}, "BestEffort"],
  ["nothing asked for, in numbers", { resources: { requests: { cpu: "0" } } }, "BestEffort"],
  ["other resources alone", { resources: { requests: { "ephemeral-storage": "1Gi" } } }, "BestEffort"],
  ["requests without limits", { resources: { requests: both } }, "Burstable"],
  ["a limit of memory alone", { resources: { limits: { memory: "64Mi" } } }, "Burstable"],
  [
    "limits above the requests",
    { resources: { limits: { cpu: "200m", memory: "64Mi" }, requests: both } },
    "Burstable",
  ],
  ["limits that are the requests", { resources: { limits: both, requests: both } }, "Guaranteed"],
  [
    "the same, written otherwise",
    { resources: { limits: { cpu: "0.1", memory: "65536Ki" }, requests: both } },
    "Guaranteed",
  ],
  ["limits alone, which are requests too", { resources: { limits: both } }, "Guaranteed"],
];
for (const [what, container, expected] of rows)
  test(`QoS class of a pod with ${what}: ${expected}`, () => assert.equal(classOf([container]), expected));

test("QoS class: one container without limits is enough to lose the guarantee", () =>
  assert.equal(classOf([{ resources: { limits: both } }, {}]), "Burstable"));

function classOf(containers: readonly object[]): QosClass {
  const spec = { containers: containers.map((one, i) => ({ name: `c${i}`, image: "web", ...one })) };
  const outcome = readObject(pods, { metadata: { name: "web" }, spec });
  assert(outcome.kind === "read" && isPod(outcome.object));
  return qosClassOf(pods.derive(outcome.object).spec);
}
// Just read as that kind.
const isPod = (value: unknown): value is Pod => typeof value === "object" && value !== null;
