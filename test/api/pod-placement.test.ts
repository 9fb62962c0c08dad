import assert from "node:assert/strict";
import test from "node:test";
import { pods } from "#api/core/pod.ts";
import { told } from "./told.ts";

const containers = [{ name: "web", image: "nginx:1.25" }];
const [required, preferred] = [
  "requiredDuringSchedulingIgnoredDuringExecution",
  "preferredDuringSchedulingIgnoredDuringExecution",
];
const onNodes = (term: object) => ({ affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: [term] } } } });
const nearPods = (term: object) => ({ affinity: { podAffinity: { [required]: [term] } } });
const spread = (more: object) => ({
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", ...more }],
});
const nodeTerm = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
const podTerm = "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
const web = { labelSelector: { matchLabels: { app: "web" } } };

const cases: readonly (readonly [name: string, spec: object, messages: readonly string[]])[] = [
  [
    "everything that is right",
    {
      ...spread({ ...web, minDomains: 2, nodeTaintsPolicy: "Honor", matchLabelKeys: ["version"] }),
      affinity: {
        nodeAffinity: {
          [required]: { nodeSelectorTerms: [{ matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] }] },
          [preferred]: [
            { weight: 100, preference: { matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] } },
          ],
        },
        podAntiAffinity: { [preferred]: [{ weight: 1, podAffinityTerm: { ...web, topologyKey: "zone" } }] },
      },
    },
    [],
  ],
  [
    "no term for nodes",
    { affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: [] } } } },
    [`${nodeTerm}: Required value: must have at least one node selector term`],
  ],
  [
    "a label of nodes without values",
    onNodes({ matchExpressions: [{ key: "disk", operator: "In" }] }),
    [
      `${nodeTerm}[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
    ],
  ],
  [
    "two bounds",
    onNodes({ matchExpressions: [{ key: "cores", operator: "Gt", values: ["1", "2"] }] }),
    [
      `${nodeTerm}[0].matchExpressions[0].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
    ],
  ],
  [
    "a field that nodes can't be chosen by",
    onNodes({ matchFields: [{ key: "spec.podCIDR", operator: "In", values: ["a"] }] }),
    [`${nodeTerm}[0].matchFields[0].key: Invalid value: "spec.podCIDR": not a valid field selector key`],
  ],
  [
    "weights that are none",
    {
      affinity: {
        nodeAffinity: { [preferred]: [{ weight: 0, preference: {} }] },
        podAffinity: { [preferred]: [{ weight: 101, podAffinityTerm: { ...web, topologyKey: "zone" } }] },
      },
    },
    [
      `spec.affinity.nodeAffinity.${preferred}[0].weight: Invalid value: 0: must be in the range 1-100`,
      `spec.affinity.podAffinity.${preferred}[0].weight: Invalid value: 101: must be in the range 1-100`,
    ],
  ],
  [
    "a selector's operator without values",
    nearPods({ labelSelector: { matchExpressions: [{ key: "app", operator: "In" }] }, topologyKey: "zone" }),
    [
      `${podTerm}.labelSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
    ],
  ],
  [
    "label keys without a selector",
    nearPods({ matchLabelKeys: ["version"], topologyKey: "zone" }),
    [`${podTerm}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`],
  ],
  [
    "a label key that must be equal and different",
    nearPods({ ...web, matchLabelKeys: ["version"], mismatchLabelKeys: ["version"], topologyKey: "zone" }),
    [`${podTerm}.matchLabelKeys[0]: Invalid value: "version": exists in both matchLabelKeys and mismatchLabelKeys`],
  ],
  [
    "a skew of nothing",
    spread({ maxSkew: 0 }),
    ["spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero"],
  ],
  [
    "domains that are only wished for",
    spread({ whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 }),
    [
      "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
    ],
  ],
  [
    "a policy that doesn't exist",
    spread({ nodeTaintsPolicy: "Obey" }),
    [
      'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "Obey": supported values: "Honor", "Ignore"',
    ],
  ],
  [
    "one constraint twice",
    {
      topologySpreadConstraints: [1, 2].map((maxSkew) => ({
        maxSkew,
        topologyKey: "zone",
        whenUnsatisfiable: "DoNotSchedule",
      })),
    },
    ['spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"'],
  ],
  [
    "a label key that is selected anyway",
    spread({ ...web, matchLabelKeys: ["app"] }),
    [
      'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "app": exists in both matchLabelKeys and labelSelector',
    ],
  ],
];
for (const [name, spec, messages] of cases)
  test(`a pod's place is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(pods, { spec: { containers, ...spec } }), messages));
