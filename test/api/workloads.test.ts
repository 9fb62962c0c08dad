import assert from "node:assert/strict";
import test from "node:test";
import { daemonSets } from "#api/apps/daemon-set.ts";
import { deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { statefulSets } from "#api/apps/stateful-set.ts";
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

const mounting = {
  ...template,
  spec: { containers: [{ name: "web", image: "nginx", volumeMounts: [{ name: "own", mountPath: "/own" }] }] },
};
const claims = [{ metadata: { name: "own" }, spec: { accessModes: ["ReadWriteOnce"] } }];
const withNames: typeof cases = [
  ["a selector and a template are enough", good, []],
  ["a claim is a volume of its pods", { ...good, template: mounting, volumeClaimTemplates: claims }, []],
  [
    "a mount of no volume",
    { ...good, template: mounting },
    ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "own"'],
  ],
  [
    "no selector",
    { ...good, selector: {} },
    ["spec.selector: Invalid value: {}: empty selector is invalid for statefulset"],
  ],
  [
    "an order that is none",
    { ...good, podManagementPolicy: "Random" },
    ["spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'"],
  ],
  [
    "a roll-out by hand that rolls",
    { ...good, updateStrategy: { type: "OnDelete", rollingUpdate: {} } },
    [
      'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":0,"maxUnavailable":1}: only allowed for updateStrategy \'RollingUpdate\'',
    ],
  ],
  [
    "a policy for claims that is none",
    { ...good, persistentVolumeClaimRetentionPolicy: { whenDeleted: "Ask" } },
    [
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Ask": supported values: "Delete", "Retain"',
    ],
  ],
];
for (const [name, spec, messages] of withNames)
  test(`a StatefulSet is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(statefulSets, { spec }), messages));

test("a StatefulSet keeps what its pods and claims are called by", () => {
  const free = { ...good, replicas: 5, ordinals: { start: 1 }, minReadySeconds: 3, revisionHistoryLimit: 2 };
  assert.deepEqual(toldOfUpdate(statefulSets, { spec: free }, { spec: good }), []);
  assert.deepEqual(toldOfUpdate(statefulSets, { spec: { ...good, serviceName: "other" } }, { spec: good }), [
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ]);
});

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
