import assert from "node:assert/strict";
import test from "node:test";
import { pods } from "#api/core/pod.ts";
import { told, toldOfUpdate } from "./told.ts";

const web = { name: "web", image: "nginx:1.25" };
const withContainer = (part: object): object => ({ containers: [{ ...web, ...part }] });

const cases: readonly (readonly [name: string, spec: object, messages: readonly string[]])[] = [
  ["a name and an image are enough", withContainer({}), []],
  ["no containers", {}, ["spec.containers: Required value"]],
  [
    "a container without name and image",
    { containers: [{}] },
    ["spec.containers[0].name: Required value", "spec.containers[0].image: Required value"],
  ],
  ["two containers of one name", { containers: [web, web] }, ['spec.containers[1].name: Duplicate value: "web"']],
  [
    "a name in upper case",
    withContainer({ name: "Web" }),
    [
      "spec.containers[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    "a container port without its number",
    withContainer({ ports: [{ name: "http" }] }),
    ["spec.containers[0].ports[0].containerPort: Required value"],
  ],
  [
    "a port's name that is too long",
    withContainer({ ports: [{ name: "a-very-long-name-1", containerPort: 80 }] }),
    ['spec.containers[0].ports[0].name: Invalid value: "a-very-long-name-1": must be no more than 15 bytes'],
  ],
  [
    "one port of the node twice",
    {
      containers: [
        { ...web, ports: [{ containerPort: 80, hostPort: 80 }] },
        { ...web, name: "b", ports: [{ containerPort: 81, hostPort: 80 }] },
      ],
    },
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    "another port on the node's network",
    { ...withContainer({ ports: [{ containerPort: 80, hostPort: 81 }] }), hostNetwork: true },
    ["spec.containers[0].ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true"],
  ],
  [
    "the node's network gives ports of the node",
    { ...withContainer({ ports: [{ containerPort: 80 }] }), hostNetwork: true },
    [],
  ],
  [
    "a variable without a name",
    withContainer({ env: [{ value: "1" }] }),
    ["spec.containers[0].env[0].name: Required value"],
  ],
  [
    "a variable with two values",
    withContainer({ env: [{ name: "A", value: "1", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }] }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    "a field that no variable may tell",
    withContainer({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.dnsPolicy" } } }] }),
    [
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.dnsPolicy": error converting fieldPath: field label not supported: spec.dnsPolicy',
    ],
  ],
  [
    "a mount of no volume",
    withContainer({ volumeMounts: [{ name: "v", mountPath: "/v" }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    "two mounts in one place",
    {
      ...withContainer({
        volumeMounts: [
          { name: "v", mountPath: "/v" },
          { name: "v", mountPath: "/v" },
        ],
      }),
      volumes: [{ name: "v" }],
    },
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
  ],
  [
    "a mount that climbs out",
    { ...withContainer({ volumeMounts: [{ name: "v", mountPath: "/v", subPath: "../x" }] }), volumes: [{ name: "v" }] },
    ["spec.containers[0].volumeMounts[0].subPath: Invalid value: \"../x\": must not contain '..'"],
  ],
  [
    "two volumes of one name, one of two kinds",
    { ...withContainer({}), volumes: [{ name: "v" }, { name: "v", emptyDir: {}, hostPath: { path: "/x" } }] },
    [
      "spec.volumes[1].hostPath: Forbidden: may not specify more than 1 volume type",
      'spec.volumes[1].name: Duplicate value: "v"',
    ],
  ],
  [
    "a probe that does nothing",
    withContainer({ readinessProbe: {} }),
    ["spec.containers[0].readinessProbe: Required value: must specify a handler type"],
  ],
  [
    "a probe without a port",
    withContainer({ livenessProbe: { httpGet: { path: "/" }, successThreshold: 2, periodSeconds: -1 } }),
    [
      "spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
      "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
    ],
  ],
  [
    "more needed than allowed",
    withContainer({ resources: { requests: { cpu: "2" }, limits: { cpu: "500m" } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m'],
  ],
  [
    "a pull policy that is none",
    withContainer({ imagePullPolicy: "Sometimes" }),
    [
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
  ],
  [
    "an init container with a probe",
    {
      ...withContainer({}),
      initContainers: [{ ...web, name: "init", readinessProbe: { exec: { command: ["true"] } } }],
    },
    [
      "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
    ],
  ],
  [
    "policies that are none",
    { ...withContainer({}), restartPolicy: "Sometimes", dnsPolicy: "Mine" },
    [
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
      'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
    ],
  ],
  [
    "no name servers at all",
    { ...withContainer({}), dnsPolicy: "None" },
    ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"],
  ],
  [
    "a hostname with dots",
    { ...withContainer({}), hostname: "a.b" },
    ['spec.hostname: Invalid value: "a.b": must not contain dots'],
  ],
];
for (const [name, spec, messages] of cases)
  test(`a Pod is judged as Kubernetes judges it: ${name}`, () => assert.deepEqual(told(pods, { spec }), messages));

test("a pod that stands may get another image, and nothing else", () => {
  const old = withContainer({});
  assert.deepEqual(toldOfUpdate(pods, { spec: withContainer({ image: "nginx:1.26" }) }, { spec: old }), []);
  assert.deepEqual(toldOfUpdate(pods, { spec: withContainer({ args: ["-v"] }) }, { spec: old }), [
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n  spec.containers[0].args: <none> -> ["-v"]\n',
  ]);
  assert.deepEqual(toldOfUpdate(pods, { spec: { containers: [web, { ...web, name: "b" }] } }, { spec: old }), [
    "spec.containers: Forbidden: pod updates may not add or remove containers",
  ]);
});
