import assert from "node:assert/strict";
import test from "node:test";
import { runtimeClasses } from "#api/node/runtime-class.ts";
import { csiDrivers } from "#api/storage/csi-driver.ts";
import { csiNodes } from "#api/storage/csi-node.ts";
import { csiStorageCapacities } from "#api/storage/csi-storage-capacity.ts";
import { volumeAttachments } from "#api/storage/volume-attachment.ts";
import { volumeAttributesClasses } from "#api/storage/volume-attributes-class.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { told, toldOfUpdate, warned } from "./told.ts";

type Json = Readonly<Record<string, unknown>>;
type Rows = readonly (readonly [name: string, kind: AnyKind, object: Json, messages: readonly string[]])[];

const attachment = (source: Json): Json => ({ spec: { attacher: "disks.example.com", nodeName: "n1", source } });
const inline = { accessModes: ["ReadWriteOnce"], csi: { driver: "disks.example.com", volumeHandle: "1" } };
const kata = (fields: Json): Json => ({ handler: "kata", ...fields });
const oldZone = "failure-domain.beta.kubernetes.io/zone";

const refusals: Rows = [
  [
    "a driver that wants too much, too often",
    csiDrivers,
    {
      spec: {
        fsGroupPolicy: "Always",
        volumeLifecycleModes: ["Forever"],
        nodeAllocatableUpdatePeriodSeconds: 1,
        tokenRequests: [{ audience: "a", expirationSeconds: 60 }, { audience: "a" }],
      },
    },
    [
      "spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes",
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
      'spec.volumeLifecycleModes: Unsupported value: "Forever": supported values: "Ephemeral", "Persistent"',
      "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 1: must be greater than or equal to 10 seconds",
      'spec.fsGroupPolicy: Unsupported value: "Always": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    ],
  ],
  [
    "a node with one driver twice",
    csiNodes,
    {
      spec: {
        drivers: [
          { name: "a", nodeID: "1", topologyKeys: ["zone", "zone"] },
          { name: "a", nodeID: "", allocatable: { count: -1 } },
        ],
      },
    },
    [
      'spec.drivers[0]: Duplicate value: "zone"',
      "spec.drivers[1].nodeID: Required value",
      "spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
      'spec.drivers[1].name: Duplicate value: "a"',
    ],
  ],
  [
    "less room than none",
    csiStorageCapacities,
    { storageClassName: "fast", capacity: "-1" },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    "attributes of nothing",
    volumeAttributesClasses,
    { driverName: "" },
    ["driverName: Required value", "parameters: Required value: must contain at least one key/value pair"],
  ],
  [
    "an attachment of nothing",
    volumeAttachments,
    attachment({}),
    ["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"],
  ],
  ["an attachment of a volume without an object", volumeAttachments, attachment({ inlineVolumeSpec: inline }), []],
  [
    "an attachment of a volume of the node itself, with a claim",
    volumeAttachments,
    attachment({
      inlineVolumeSpec: {
        accessModes: ["ReadWriteOnce"],
        hostPath: { path: "/srv" },
        claimRef: {},
        volumeMode: "Block",
      },
    }),
    [
      "spec.source.inlineVolumeSpec.claimRef: Forbidden: may not be specified in the context of inline volumes",
      "spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes",
      "spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes",
    ],
  ],
  [
    "a runtime class with an odd handler that is tolerated twice",
    runtimeClasses,
    kata({
      overhead: { podFixed: { cpu: "-1" } },
      scheduling: { tolerations: [{ operator: "Exists" }, { operator: "Exists" }] },
    }),
    [
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'scheduling.tolerations[1]: Duplicate value: {"operator":"Exists"}',
    ],
  ],
];
for (const [name, kind, object, messages] of refusals)
  test(`drivers of storage are judged as Kubernetes judges them: ${name}`, () =>
    assert.deepEqual(told(kind, object), messages));

const changes: readonly (readonly [name: string, kind: AnyKind, next: Json, old: Json, messages: readonly string[]])[] =
  [
    [
      "a driver attaches or doesn't, for ever",
      csiDrivers,
      { spec: { attachRequired: false, requiresRepublish: true } },
      { spec: {} },
      ["spec.attachedRequired: Invalid value: false: field is immutable"],
    ],
    [
      "a node's driver may come to have more volumes, and nothing else",
      csiNodes,
      { spec: { drivers: [{ name: "a", nodeID: "2", allocatable: { count: 4 } }] } },
      { spec: { drivers: [{ name: "a", nodeID: "1", allocatable: { count: 2 } }] } },
      ['spec.drivers: Invalid value: {"name":"a","nodeID":"2","topologyKeys":[]}: field is immutable'],
    ],
    [
      "room of one class doesn't become that of another",
      csiStorageCapacities,
      { storageClassName: "slow", capacity: "2Gi" },
      { storageClassName: "fast", capacity: "1Gi" },
      ['storageClassName: Invalid value: "slow": field is immutable'],
    ],
    [
      "attributes stay",
      volumeAttributesClasses,
      { driverName: "b", parameters: { speed: "high" } },
      { driverName: "a", parameters: { speed: "low" } },
      [
        "driverName: Forbidden: updates to driverName are forbidden.",
        "parameters: Forbidden: updates to parameters are forbidden.",
      ],
    ],
    [
      "an attachment stays what it is",
      volumeAttachments,
      attachment({ persistentVolumeName: "b" }),
      attachment({ persistentVolumeName: "a" }),
      [
        'spec: Invalid value: {"attacher":"disks.example.com","nodeName":"n1","source":{"persistentVolumeName":"b"}}: field is immutable',
      ],
    ],
    [
      "a runtime class keeps its handler",
      runtimeClasses,
      kata({ handler: "runc" }),
      kata({}),
      ['handler: Invalid value: "runc": field is immutable'],
    ],
  ];
for (const [name, kind, next, old, messages] of changes)
  test(name, () => assert.deepEqual(toldOfUpdate(kind, next, old), messages));

const warnings: Rows = [
  [
    "room in zones by their old name",
    csiStorageCapacities,
    { storageClassName: "fast", nodeTopology: { matchLabels: { [oldZone]: "a" } } },
    [`nodeTopology.matchLabels.${oldZone}: deprecated since v1.17; use "topology.kubernetes.io/zone" instead`],
  ],
  [
    "nodes for a runtime by an old name",
    runtimeClasses,
    kata({ scheduling: { nodeSelector: { "beta.kubernetes.io/os": "linux" } } }),
    ['scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead'],
  ],
];
for (const [name, kind, object, messages] of warnings)
  test(`clients are warned as Kubernetes warns them: ${name}`, () => assert.deepEqual(warned(kind, object), messages));
