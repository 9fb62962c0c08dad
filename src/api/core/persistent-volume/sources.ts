import {
  boolean,
  defaulted,
  int32,
  list,
  map,
  object,
  optional,
  present,
  required,
  string,
} from "#machinery/schema.ts";
import { ObjectReference } from "../references.ts";

// What volumes of a pod have too, but with secrets of any namespace.

export class SecretReference extends object(
  "io.k8s.api.core.v1.SecretReference",
  {
    name: optional(1, string),
    namespace: optional(2, string),
  },
  { atomic: true },
) {}

export class AzureFilePersistentVolumeSource extends object("io.k8s.api.core.v1.AzureFilePersistentVolumeSource", {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: optional(3, boolean),
  secretNamespace: optional(4, string, { zero: "counts" }),
}) {}

export class CSIPersistentVolumeSource extends object("io.k8s.api.core.v1.CSIPersistentVolumeSource", {
  driver: required(1, string),
  volumeHandle: required(2, string),
  readOnly: optional(3, boolean),
  fsType: optional(4, string),
  volumeAttributes: optional(5, map(string)),
  controllerPublishSecretRef: optional(6, SecretReference),
  nodeStageSecretRef: optional(7, SecretReference),
  nodePublishSecretRef: optional(8, SecretReference),
  controllerExpandSecretRef: optional(9, SecretReference),
  nodeExpandSecretRef: optional(10, SecretReference),
}) {}

export class CephFSPersistentVolumeSource extends object("io.k8s.api.core.v1.CephFSPersistentVolumeSource", {
  monitors: present(1, list(string)),
  path: optional(2, string),
  user: optional(3, string),
  secretFile: optional(4, string),
  secretRef: optional(5, SecretReference),
  readOnly: optional(6, boolean),
}) {}

export class CinderPersistentVolumeSource extends object("io.k8s.api.core.v1.CinderPersistentVolumeSource", {
  volumeID: required(1, string),
  fsType: optional(2, string),
  readOnly: optional(3, boolean),
  secretRef: optional(4, SecretReference),
}) {}

export class FlexPersistentVolumeSource extends object("io.k8s.api.core.v1.FlexPersistentVolumeSource", {
  driver: required(1, string),
  fsType: optional(2, string),
  secretRef: optional(3, SecretReference),
  readOnly: optional(4, boolean),
  options: optional(5, map(string)),
}) {}

export class GlusterfsPersistentVolumeSource extends object("io.k8s.api.core.v1.GlusterfsPersistentVolumeSource", {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: optional(3, boolean),
  endpointsNamespace: optional(4, string, { zero: "counts" }),
}) {}

export class ISCSIPersistentVolumeSource extends object("io.k8s.api.core.v1.ISCSIPersistentVolumeSource", {
  targetPortal: required(1, string),
  iqn: required(2, string),
  lun: required(3, int32()),
  iscsiInterface: defaulted(4, string, "default"),
  fsType: optional(5, string),
  readOnly: optional(6, boolean),
  portals: optional(7, list(string)),
  chapAuthDiscovery: optional(8, boolean),
  secretRef: optional(10, SecretReference),
  chapAuthSession: optional(11, boolean),
  initiatorName: optional(12, string, { zero: "counts" }),
}) {}

export class LocalVolumeSource extends object("io.k8s.api.core.v1.LocalVolumeSource", {
  path: required(1, string),
  fsType: optional(2, string, { zero: "counts" }),
}) {}

export class RBDPersistentVolumeSource extends object("io.k8s.api.core.v1.RBDPersistentVolumeSource", {
  monitors: present(1, list(string)),
  image: required(2, string),
  fsType: optional(3, string),
  pool: defaulted(4, string, "rbd"),
  user: defaulted(5, string, "admin"),
  keyring: defaulted(6, string, "/etc/ceph/keyring"),
  secretRef: optional(7, SecretReference),
  readOnly: optional(8, boolean),
}) {}

export class ScaleIOPersistentVolumeSource extends object("io.k8s.api.core.v1.ScaleIOPersistentVolumeSource", {
  gateway: required(1, string),
  system: required(2, string),
  secretRef: required(3, SecretReference),
  sslEnabled: optional(4, boolean),
  protectionDomain: optional(5, string),
  storagePool: optional(6, string),
  storageMode: defaulted(7, string, "ThinProvisioned"),
  volumeName: optional(8, string),
  fsType: defaulted(9, string, "xfs"),
  readOnly: optional(10, boolean),
}) {}

export class StorageOSPersistentVolumeSource extends object("io.k8s.api.core.v1.StorageOSPersistentVolumeSource", {
  volumeName: optional(1, string),
  volumeNamespace: optional(2, string),
  fsType: optional(3, string),
  readOnly: optional(4, boolean),
  secretRef: optional(5, ObjectReference),
}) {}
