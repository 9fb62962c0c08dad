import assert from "node:assert/strict";
import test from "node:test";
import { limitRanges } from "#api/core/limit-range.ts";
import { pods } from "#api/core/pod.ts";
import { resourceQuotas } from "#api/core/resource-quota.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { stored, told, toldOfUpdate } from "./told.ts";

type Json = Readonly<Record<string, unknown>>;

const range = (...limits: readonly Json[]): Json => ({ spec: { limits } });
const quota = (hard: Json, more: Json = {}): Json => ({ spec: { hard, ...more } });
const pod = (resources: Json): Json => ({ spec: { containers: [{ name: "a", image: "i", resources }] } });
const scoped = (...matchExpressions: readonly Json[]): Json => ({ scopeSelector: { matchExpressions } });

const rows: readonly (readonly [name: string, kind: AnyKind, object: Json, messages: readonly string[]])[] = [
  [
    "bounds in order",
    limitRanges,
    range(
      {
        type: "Container",
        min: { cpu: "100m" },
        max: { cpu: "2" },
        default: { cpu: "1" },
        maxLimitRequestRatio: { cpu: "4" },
      },
      { type: "Pod", max: { memory: "1Gi" } },
      { type: "PersistentVolumeClaim", max: { storage: "10Gi" } },
    ),
    [],
  ],
  [
    "bounds upside down",
    limitRanges,
    range({
      type: "Container",
      min: { cpu: "3" },
      max: { cpu: "1" },
      default: { cpu: "2" },
      defaultRequest: { cpu: "2500m" },
    }),
    [
      'spec.limits[0].min[cpu]: Invalid value: "3": min value 3 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2500m": min value 3 is greater than default request value 2500m',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2500m": default request value 2500m is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2500m": default request value 2500m is greater than default limit value 2',
      'spec.limits[0].default[cpu]: Invalid value: "3": min value 3 is greater than default value 2',
      'spec.limits[0].default[cpu]: Invalid value: "1": default value 2 is greater than max value 1',
    ],
  ],
  [
    "ratios that can't be",
    limitRanges,
    range({
      type: "Pod",
      min: { cpu: "1" },
      max: { cpu: "1500m" },
      maxLimitRequestRatio: { cpu: "2", memory: "500m" },
    }),
    [
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.500000',
      'spec.limits[0].maxLimitRequestRatio[memory]: Invalid value: "500m": ratio 500m is less than 1',
    ],
  ],
  [
    "bounds of nothing, twice",
    limitRanges,
    range({ type: "Node" }, { type: "Node" }, { type: "PersistentVolumeClaim", max: { cpu: "1" } }),
    [
      'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
      'spec.limits[1].type: Invalid value: "Node": must be a standard limit type or fully qualified',
      'spec.limits[1].type: Duplicate value: "Node"',
      "spec.limits[2].limits: Required value: either minimum or maximum storage value is required, but neither was provided",
    ],
  ],
  [
    "defaults of a pod, and of what is never promised twice",
    limitRanges,
    range(
      { type: "Pod", default: { cpu: "1" } },
      { type: "Container", default: { "example.com/gpu": "2" }, defaultRequest: { "example.com/gpu": "1" } },
    ),
    [
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[1].defaultRequest[example.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in example.com/gpu',
    ],
  ],
  [
    "bounds of what a container can't have",
    limitRanges,
    range({ type: "Container", max: { pods: "1", storage: "1Gi", sun: "1" } }),
    [
      'spec.limits[0].max[pods]: Invalid value: "pods": must be a standard resource for containers',
      'spec.limits[0].max[storage]: Invalid value: "storage": must be a standard resource for containers',
      'spec.limits[0].max[sun]: Invalid value: "sun": must be a standard resource type or fully qualified',
      'spec.limits[0].max[sun]: Invalid value: "sun": must be a standard resource for containers',
    ].concat(
      // what is said of max is said of the defaults that come from it
      ["default", "defaultRequest"].flatMap((field) =>
        [
          '[pods]: Invalid value: "pods": must be a standard resource for containers',
          '[storage]: Invalid value: "storage": must be a standard resource for containers',
          '[sun]: Invalid value: "sun": must be a standard resource type or fully qualified',
          '[sun]: Invalid value: "sun": must be a standard resource for containers',
        ].map((message) => `spec.limits[0].${field}${message}`),
      ),
    ),
  ],
  [
    "a quota of what can be counted",
    resourceQuotas,
    quota({ pods: "4", "count/deployments.apps": "2", "requests.example.com/gpu": "1", "hugepages-2Mi": "4Mi" }),
    [],
  ],
  [
    "a quota of halves, debts, and what is none",
    resourceQuotas,
    quota({ pods: "1500m", "requests.cpu": "-1", storage: "1Gi" }),
    [
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.hard[requests.cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
    ],
  ],
  [
    "a quota of scopes that exclude each other",
    resourceQuotas,
    quota({ pods: "1", services: "1" }, { scopes: ["BestEffort", "NotBestEffort", "Sunny"] }),
    [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Sunny"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Sunny"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Sunny"]: unsupported scope',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Sunny"]: conflicting scopes',
    ],
  ],
  [
    "a quota for a class of pods",
    resourceQuotas,
    quota({ pods: "1" }, scoped({ scopeName: "PriorityClass", operator: "In", values: ["high"] })),
    [],
  ],
  [
    "a quota that chooses nothing well",
    resourceQuotas,
    quota(
      { pods: "1" },
      scoped(
        { scopeName: "Terminating", operator: "In", values: ["a"] },
        { scopeName: "PriorityClass", operator: "NotIn" },
        { scopeName: "PriorityClass", operator: "Exists", values: ["a"] },
        { scopeName: "PriorityClass", operator: "Like" },
      ),
    ),
    [
      "spec.scopeSelector.matchExpressions.operator: Invalid value: \"In\": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "Like": not a valid selector operator',
    ],
  ],
  [
    "a device asked for in halves, or without a limit",
    pods,
    pod({ requests: { "example.com/gpu": "500m" } }),
    [
      'spec.containers[0].resources.requests[example.com/gpu]: Invalid value: "500m": must be an integer',
      "spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources",
    ],
  ],
  [
    "huge pages and nothing else",
    pods,
    pod({ limits: { "hugepages-2Mi": "4Mi" } }),
    ["spec.containers[0].resources: Forbidden: HugePages require cpu or memory"],
  ],
];
for (const [name, kind, object, messages] of rows)
  test(`amounts are judged as Kubernetes judges them: ${name}`, () => assert.deepEqual(told(kind, object), messages));

test("a container's defaults come from its bounds", () => {
  const { spec } = Object(
    stored(limitRanges, range({ type: "Container", min: { cpu: "1", memory: "1Gi" }, max: { cpu: "2" } })),
  );
  assert.deepEqual(spec.limits, [
    {
      type: "Container",
      min: { cpu: "1", memory: "1Gi" },
      max: { cpu: "2" },
      default: { cpu: "2" },
      defaultRequest: { cpu: "2", memory: "1Gi" },
    },
  ]);
});

test("a quota may count more or less, but not something else", () => {
  const old = quota({ pods: "1" }, { scopes: ["Terminating", "NotBestEffort"] });
  const next = quota({ pods: "2" }, { scopes: ["NotBestEffort", "Terminating"] });
  assert.deepEqual(toldOfUpdate(resourceQuotas, next, old), []);
  assert.deepEqual(toldOfUpdate(resourceQuotas, quota({ pods: "1" }, { scopes: ["Terminating"] }), old), [
    'spec.scopes: Invalid value: ["Terminating"]: field is immutable',
  ]);
});

test("what a quota has counted is judged too", () => {
  const counted = (used: string): Json => ({
    ...quota({ pods: "1" }),
    status: { hard: { pods: "1" }, used: { pods: used } },
  });
  assert.deepEqual(toldOfUpdate(resourceQuotas, counted("-1"), counted("0")), [
    'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ]);
});
