import assert from "node:assert/strict";
import test from "node:test";
import { persistentVolumes } from "#api/core/persistent-volume.ts";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { storageClasses } from "#api/storage/storage-class.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { stored, told, toldOfUpdate, warned } from "./told.ts";

type Json = Readonly<Record<string, unknown>>;
type Rows = readonly (readonly [name: string, kind: AnyKind, object: Json, messages: readonly string[]])[];

const claim = (spec: Json): Json => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const volume = (spec: Json): Json => ({
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: "/srv" }, ...spec },
});
const onCsi = (csi: Json): Json =>
  volume({ hostPath: null, csi: { driver: "disks.example.com", volumeHandle: "1", ...csi } });
const storageClass = (fields: Json): Json => ({ provisioner: "example.com/disks", ...fields });

const modes = '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';
const subdomain = (value: string): string =>
  `Invalid value: "${value}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const near = { nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "Exists" }] }] };

const refusals: Rows = [
  ["a claim for some of it", persistentVolumeClaims, claim({}), []],
  [
    "a claim for nothing",
    persistentVolumeClaims,
    { spec: {} },
    ["spec.accessModes: Required value: at least 1 access mode is required", "spec.resources[storage]: Required value"],
  ],
  [
    "a claim for less than nothing, in ways that don't go together",
    persistentVolumeClaims,
    claim({
      accessModes: ["ReadWriteOncePod", "ReadOnlyMany", "Sometimes"],
      resources: { requests: { storage: "-1Gi" } },
      volumeMode: "Tape",
      storageClassName: "Fast",
    }),
    [
      `spec.accessModes: Unsupported value: "Sometimes": supported values: ${modes}`,
      "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
      'spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero',
      `spec.storageClassName: ${subdomain("Fast")}`,
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  ],
  ["a claim without any class", persistentVolumeClaims, claim({ storageClassName: "" }), []],
  [
    "a claim that is filled from two places",
    persistentVolumeClaims,
    claim({
      dataSource: { kind: "PersistentVolumeClaim", name: "a" },
      dataSourceRef: { kind: "PersistentVolumeClaim", name: "b" },
    }),
    ["spec: Invalid value: {}: must match dataSourceRef"],
  ],
  [
    "a claim that is filled from nowhere",
    persistentVolumeClaims,
    claim({ dataSourceRef: { kind: "Secret", name: "", namespace: "Other" } }),
    [
      "spec.dataSourceRef.name: Required value",
      "spec.dataSourceRef: Invalid value: \"Secret\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      "spec.dataSourceRef.namespace: Invalid value: \"Other\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  ["a volume on the node", persistentVolumes, volume({}), []],
  [
    "a volume of nothing, nowhere",
    persistentVolumes,
    { spec: {} },
    [
      "spec.accessModes: Required value",
      "spec.capacity: Required value",
      'spec.capacity: Unsupported value: {}: supported values: "storage"',
      "spec: Required value: must specify a volume type",
    ],
  ],
  [
    "a volume in two places",
    persistentVolumes,
    volume({ nfs: { server: "192.0.2.1", path: "exports" } }),
    [
      "spec.nfs: Forbidden: may not specify more than 1 volume type",
      'spec.nfs.path: Invalid value: "exports": must be an absolute path',
    ],
  ],
  [
    "a volume that is the whole node, to be emptied",
    persistentVolumes,
    volume({ hostPath: { path: "//" }, persistentVolumeReclaimPolicy: "Recycle" }),
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    "a disk of one node, which is not named",
    persistentVolumes,
    volume({ hostPath: null, local: { path: "/mnt/../disk" } }),
    [
      "spec.nodeAffinity: Required value: Local volume requires node affinity",
      "spec.local.path: Invalid value: \"/mnt/../disk\": must not contain '..'",
    ],
  ],
  [
    "a disk of a node",
    persistentVolumes,
    volume({ hostPath: null, local: { path: "/mnt/disk" }, nodeAffinity: { required: near } }),
    [],
  ],
  [
    "a driver's volume, with half a secret",
    persistentVolumes,
    onCsi({ driver: "d_", volumeHandle: "", nodePublishSecretRef: { name: "a" } }),
    [
      `spec.csi.driver: ${subdomain("d_")}`,
      "spec.csi.volumeHandle: Required value",
      "spec.csi.nodePublishSecretRef.namespace: Required value",
    ],
  ],
  [
    "attributes of a volume that has no driver",
    persistentVolumes,
    volume({ volumeAttributesClassName: "gold" }),
    ["spec.csi: Required value: has to be specified when using volumeAttributesClassName"],
  ],
  [
    "a class of nobody, that does the impossible",
    storageClasses,
    { provisioner: "", reclaimPolicy: "Recycle", volumeBindingMode: "Later" },
    [
      "provisioner: Required value",
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    "a class with a nameless parameter",
    storageClasses,
    storageClass({ parameters: { "": "x" } }),
    ['parameters: Invalid value: "": field can not be empty.'],
  ],
  [
    "a class with too much to say",
    storageClasses,
    storageClass({ parameters: { a: "x".repeat(262_144) } }),
    ["parameters: Too long: may not be more than 262144 bytes"],
  ],
  [
    "a class of the same places twice",
    storageClasses,
    storageClass({
      allowedTopologies: [
        { matchLabelExpressions: [{ key: "zone", values: ["a", "b", "a"] }] },
        {
          matchLabelExpressions: [
            { key: "zone", values: ["b", "a"] },
            { key: "zone", values: ["b", "a"] },
          ],
        },
      ],
    }),
    [
      'allowedTopologies[0].matchLabelExpressions[0].values[2]: Duplicate value: "a"',
      'allowedTopologies[1].matchLabelExpressions[1].key: Duplicate value: "zone"',
      'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
    ],
  ],
];
for (const [name, kind, object, messages] of refusals)
  test(`storage is judged as Kubernetes judges it: ${name}`, () => assert.deepEqual(told(kind, object), messages));

const bound = { phase: "Bound", capacity: { storage: "1Gi" } };
const sized = (storage: string, more: Json = {}): Json => claim({ resources: { requests: { storage } }, ...more });
const immutable =
  "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";

const changes: readonly (readonly [name: string, kind: AnyKind, next: Json, old: Json, messages: readonly string[]])[] =
  [
    [
      "a bound claim may grow",
      persistentVolumeClaims,
      { ...sized("2Gi"), status: bound },
      { ...claim({}), status: bound },
      [],
    ],
    [
      "a bound claim doesn't shrink below what it has",
      persistentVolumeClaims,
      { ...sized("512Mi"), status: bound },
      { ...claim({}), status: bound },
      ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"],
    ],
    [
      "an unbound claim stays as it is",
      persistentVolumeClaims,
      sized("2Gi"),
      claim({}),
      [`${immutable}  spec.resources.requests.storage: "1Gi" -> "2Gi"\n`],
    ],
    ["a claim gets its volume once", persistentVolumeClaims, claim({ volumeName: "a" }), claim({}), []],
    [
      "a claim keeps its volume",
      persistentVolumeClaims,
      claim({ volumeName: "b" }),
      claim({ volumeName: "a" }),
      [`${immutable}  spec.volumeName: "a" -> "b"\n`],
    ],
    [
      "a claim that named no class may come to name one",
      persistentVolumeClaims,
      claim({ storageClassName: "fast" }),
      claim({}),
      [],
    ],
    [
      "a claim keeps its class",
      persistentVolumeClaims,
      claim({ storageClassName: "fast" }),
      claim({ storageClassName: "slow" }),
      [`${immutable}  spec.storageClassName: "slow" -> "fast"\n`],
    ],
    [
      "a claim's attributes may change, but not go",
      persistentVolumeClaims,
      claim({}),
      claim({ volumeAttributesClassName: "gold" }),
      ["spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden"],
    ],
    [
      "a volume stays where it is",
      persistentVolumes,
      volume({ hostPath: { path: "/other" }, volumeMode: "Block" }),
      volume({}),
      [
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n  spec.hostPath.path: "/srv" -> "/other"\n',
        'volumeMode: Invalid value: "Block": field is immutable',
      ],
    ],
    [
      "a volume may get the secret by which it grows, and whom it is for",
      persistentVolumes,
      onCsi({ controllerExpandSecretRef: { name: "a", namespace: "b" } }),
      onCsi({}),
      [],
    ],
    [
      "a class stays what it is",
      storageClasses,
      storageClass({ parameters: { a: "2" }, reclaimPolicy: "Retain", volumeBindingMode: "WaitForFirstConsumer" }),
      storageClass({ parameters: { a: "1" } }),
      [
        "parameters: Forbidden: updates to parameters are forbidden.",
        "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
        'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      ],
    ],
  ];
for (const [name, kind, next, old, messages] of changes)
  test(name, () => assert.deepEqual(toldOfUpdate(kind, next, old), messages));

test("a claim that is filled from a snapshot says so in both fields, and from anything else in one way only", () => {
  const sourcesOf = (spec: Json): unknown => {
    const { spec: kept } = Object(stored(persistentVolumeClaims, claim(spec)));
    return [kept.dataSource, kept.dataSourceRef];
  };
  const snapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "a" };
  assert.deepEqual(sourcesOf({ dataSource: snapshot }), [snapshot, snapshot]);
  assert.deepEqual(sourcesOf({ dataSourceRef: snapshot }), [snapshot, snapshot]);
  const other = { apiGroup: "example.com", kind: "Backup", name: "a" };
  assert.deepEqual(sourcesOf({ dataSource: other }), [undefined, undefined]);
  assert.deepEqual(sourcesOf({ dataSourceRef: other }), [other, other]);
  const elsewhere = { ...snapshot, namespace: "b" };
  assert.deepEqual(sourcesOf({ dataSourceRef: elsewhere }), [undefined, elsewhere]);
});

const betaClass = { metadata: { annotations: { "volume.beta.kubernetes.io/storage-class": "slow" } } };
const oldZone = "failure-domain.beta.kubernetes.io/zone";
const warnings: Rows = [
  [
    "bytes in halves",
    persistentVolumeClaims,
    claim({ resources: { requests: { storage: "1500m" } } }),
    ['spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer'],
  ],
  [
    "the class in an annotation",
    persistentVolumeClaims,
    { ...claim({}), ...betaClass },
    [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
    ],
  ],
  [
    "what nobody can mount any more",
    persistentVolumes,
    volume({
      hostPath: null,
      rbd: { monitors: ["a"], image: "b" },
      persistentVolumeReclaimPolicy: "Recycle",
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: oldZone, operator: "Exists" }] }] },
      },
    }),
    [
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
      `spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: ${oldZone} is deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
      "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
    ],
  ],
  [
    "zones by their old name",
    storageClasses,
    storageClass({ allowedTopologies: [{ matchLabelExpressions: [{ key: oldZone, values: ["a"] }] }] }),
    [
      'allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    ],
  ],
];
for (const [name, kind, object, messages] of warnings)
  test(`clients are warned of storage as Kubernetes warns them: ${name}`, () =>
    assert.deepEqual(warned(kind, object), messages));
