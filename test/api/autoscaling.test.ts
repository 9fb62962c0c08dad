import assert from "node:assert/strict";
import test from "node:test";
import { horizontalPodAutoscalers } from "#api/autoscaling/horizontal-pod-autoscaler.ts";
import { stored, told, toldOfUpdate } from "./told.ts";

type Json = Readonly<Record<string, unknown>>;

const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const scaling = (spec: Json): Json => ({ spec: { scaleTargetRef, maxReplicas: 3, ...spec } });
const measured = (...metrics: readonly Json[]): Json => scaling({ metrics });
const half = { type: "Utilization", averageUtilization: 50 };
const cpu = { type: "Resource", resource: { name: "cpu", target: half } };

const rows: readonly (readonly [name: string, object: Json, messages: readonly string[]])[] = [
  ["the use of CPU, which nobody mentions", scaling({}), []],
  [
    "fewer than one, at most fewer than that, of nothing",
    { spec: { scaleTargetRef: { kind: "", name: "a/b" }, minReplicas: 0, maxReplicas: -1 } },
    [
      "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
      "spec.maxReplicas: Invalid value: -1: must be greater than 0",
      "spec.maxReplicas: Invalid value: -1: must be greater than or equal to `minReplicas`",
      "spec.scaleTargetRef.kind: Required value",
      "spec.scaleTargetRef.name: Invalid value: \"a/b\": may not contain '/'",
    ],
  ],
  [
    "metrics of another kind than they say, or of none",
    measured({ ...cpu, type: "Pods" }, { type: "Weather" }, { ...cpu, pods: { metric: { name: "a" }, target: half } }),
    [
      "spec.metrics[0].pods: Required value: must populate information for the given metric source",
      'spec.metrics[1].type: Unsupported value: "Weather": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      "spec.metrics[2].pods.target.averageValue: Required value: must specify a positive target averageValue",
      "spec.metrics[2].pods: Forbidden: must populate the given metric source only",
    ],
  ],
  [
    "targets that are none",
    measured(
      { type: "Resource", resource: { name: "cpu", target: { type: "Most" } } },
      {
        type: "External",
        external: { metric: { name: "" }, target: { type: "Value", value: "0", averageValue: "1" } },
      },
      {
        type: "Object",
        object: { describedObject: { kind: "Ingress", name: "a" }, metric: { name: "b" }, target: { type: "Value" } },
      },
      { type: "ContainerResource", containerResource: { name: "pods", container: "A_", target: half } },
    ),
    [
      'spec.metrics[0].resource.target.type: Invalid value: "Most": must be either Utilization, Value, or AverageValue',
      "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
      "spec.metrics[1].external.metric.name: Required value: must specify a metric name",
      'spec.metrics[1].external.target.value: Invalid value: "0": must be positive',
      "spec.metrics[1].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target",
      "spec.metrics[2].object.target.averageValue: Required value: must set either a target value or averageValue",
      'spec.metrics[3].containerResource.name: Invalid value: "pods": must be a standard resource for containers',
      "spec.metrics[3].containerResource.container: Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    "steps that are none",
    scaling({
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 3601, selectPolicy: "Any", tolerance: "-1" },
        scaleDown: {
          stabilizationWindowSeconds: -1,
          policies: [{ type: "Nodes", value: 0, periodSeconds: 1801 }],
        },
      },
    }),
    [
      "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
      'spec.behavior.scaleUp.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"',
      'spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0',
      "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero",
      'spec.behavior.scaleDown.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"',
      "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero",
      "spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
    ],
  ],
];
for (const [name, object, messages] of rows)
  test(`an autoscaler is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(horizontalPodAutoscalers, object), messages));

test("an autoscaler that says nothing of it keeps CPU at 80 %", () => {
  const { spec } = Object(stored(horizontalPodAutoscalers, scaling({})));
  assert.deepEqual([spec.minReplicas, spec.behavior], [1, undefined]);
  assert.deepEqual(spec.metrics, [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ]);
});

test("who says something of the steps gets the rest", () => {
  const { spec } = Object(
    stored(horizontalPodAutoscalers, scaling({ behavior: { scaleDown: { selectPolicy: "Disabled" } } })),
  );
  assert.deepEqual(spec.behavior, {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: "Max",
      policies: [
        { type: "Pods", value: 4, periodSeconds: 15 },
        { type: "Percent", value: 100, periodSeconds: 15 },
      ],
    },
    scaleDown: { selectPolicy: "Disabled", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
  });
});

test("what an autoscaler found is no debt", () => {
  const found = (currentReplicas: number): Json => ({
    ...scaling({}),
    status: { currentReplicas, desiredReplicas: 1 },
  });
  assert.deepEqual(toldOfUpdate(horizontalPodAutoscalers, found(-1), found(1)), [
    "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0",
  ]);
});
