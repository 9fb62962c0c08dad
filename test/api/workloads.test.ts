import assert from "node:assert/strict";
import test from "node:test";
import { daemonSets } from "#api/apps/daemon-set.ts";
import { deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { replicationControllers } from "#api/core/replication-controller.ts";
import { told, toldOfUpdate } from "./told.ts";

const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "web", image: "nginx" }] } };
const selector = { matchLabels: { app: "a" } };
const good = { selector, template };

const cases: readonly (readonly [name: string, spec: object, messages: readonly string[]])[] = [
  ["a selector and a template are enough", good, []],
  [
    "no selector",
    { template },
    [
      "spec.selector: Required value",
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  ],
  [
    "a selector for other pods",
    { ...good, selector: { matchLabels: { app: "b" } } },
    ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  ],
  [
    "fewer than none",
    { ...good, replicas: -1 },
    ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  ],
  [
    "pods that end",
    { ...good, template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    "a template without containers",
    { ...good, template: { metadata: template.metadata } },
    ["spec.template.spec.containers: Required value"],
  ],
  [
    "rolling nothing",
    { ...good, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  [
    "a share that is none",
    { ...good, strategy: { rollingUpdate: { maxSurge: "many", maxUnavailable: "101%" } } },
    [
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"many\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
  ],
  [
    "rolling where everything is made anew",
    { ...good, strategy: { type: "Recreate", rollingUpdate: {} } },
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    "a strategy that is none",
    { ...good, strategy: { type: "Slowly" } },
    ['spec.strategy: Unsupported value: {"type":"Slowly"}: supported values: "Recreate", "RollingUpdate"'],
  ],
  [
    "a deadline before anything can be ready",
    { ...good, minReadySeconds: 600 },
    ["spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"],
  ],
];
for (const [name, spec, messages] of cases)
  test(`a Deployment is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(deployments, { spec }), messages));

const ofNodes: typeof cases = [
  ["a selector and a template are enough", good, []],
  [
    "no selector",
    { ...good, selector: {} },
    ["spec.selector: Invalid value: {}: empty selector is invalid for daemonset"],
  ],
  [
    "nodes without and with two",
    { ...good, updateStrategy: { rollingUpdate: { maxUnavailable: "10%", maxSurge: 1 } } },
    ["spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"],
  ],
  [
    "no node at a time",
    { ...good, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
    ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
  ],
  [
    "pods with an end",
    { ...good, template: { ...template, spec: { ...template.spec, activeDeadlineSeconds: 5 } } },
    ["spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported"],
  ],
];
for (const [name, spec, messages] of ofNodes)
  test(`a DaemonSet is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(daemonSets, { spec }), messages));

test("a ReplicationController needs a template, and knows the pods that it makes", () => {
  assert.deepEqual(told(replicationControllers, { spec: {} }), [
    "spec.selector: Required value",
    "spec.template: Required value",
  ]);
  assert.deepEqual(told(replicationControllers, { spec: { selector: { app: "b" }, template } }), [
    'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
  ]);
});

for (const kind of [daemonSets, deployments, replicaSets])
  test(`${kind.kind}: the selector stays as it is`, () => {
    const labels = { app: "b" };
    const next = { selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } };
    assert.deepEqual(toldOfUpdate(kind, { spec: next }, { spec: good }), [
      'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ]);
  });
