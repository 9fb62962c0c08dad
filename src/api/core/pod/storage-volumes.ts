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
import { LocalObjectReference } from "../references.ts";

export class AWSElasticBlockStoreVolumeSource extends object("io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource", {
  volumeID: required(1, string),
  fsType: optional(2, string),
  partition: optional(3, int32()),
  readOnly: optional(4, boolean),
}) {}

export class AzureDiskVolumeSource extends object("io.k8s.api.core.v1.AzureDiskVolumeSource", {
  diskName: required(1, string),
  diskURI: required(2, string),
  cachingMode: defaulted(3, string, "ReadWrite", { zero: "counts" }),
  fsType: defaulted(4, string, "ext4", { zero: "counts" }),
  readOnly: defaulted(5, boolean, false, { zero: "counts" }),
  kind: defaulted(6, string, "Shared", { zero: "counts" }),
}) {}

export class AzureFileVolumeSource extends object("io.k8s.api.core.v1.AzureFileVolumeSource", {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: optional(3, boolean),
}) {}

export class CSIVolumeSource extends object("io.k8s.api.core.v1.CSIVolumeSource", {
  driver: required(1, string),
  readOnly: optional(2, boolean, { zero: "counts" }),
  fsType: optional(3, string, { zero: "counts" }),
  volumeAttributes: optional(4, map(string)),
  nodePublishSecretRef: optional(5, LocalObjectReference),
}) {}

export class CephFSVolumeSource extends object("io.k8s.api.core.v1.CephFSVolumeSource", {
  monitors: present(1, list(string)),
  path: optional(2, string),
  user: optional(3, string),
  secretFile: optional(4, string),
  secretRef: optional(5, LocalObjectReference),
  readOnly: optional(6, boolean),
}) {}

export class CinderVolumeSource extends object("io.k8s.api.core.v1.CinderVolumeSource", {
  volumeID: required(1, string),
  fsType: optional(2, string),
  readOnly: optional(3, boolean),
  secretRef: optional(4, LocalObjectReference),
}) {}

export class FCVolumeSource extends object("io.k8s.api.core.v1.FCVolumeSource", {
  targetWWNs: optional(1, list(string)),
  lun: optional(2, int32(), { zero: "counts" }),
  fsType: optional(3, string),
  readOnly: optional(4, boolean),
  wwids: optional(5, list(string)),
}) {}

export class FlexVolumeSource extends object("io.k8s.api.core.v1.FlexVolumeSource", {
  driver: required(1, string),
  fsType: optional(2, string),
  secretRef: optional(3, LocalObjectReference),
  readOnly: optional(4, boolean),
  options: optional(5, map(string)),
}) {}

export class FlockerVolumeSource extends object("io.k8s.api.core.v1.FlockerVolumeSource", {
  datasetName: optional(1, string),
  datasetUUID: optional(2, string),
}) {}

export class GCEPersistentDiskVolumeSource extends object("io.k8s.api.core.v1.GCEPersistentDiskVolumeSource", {
  pdName: required(1, string),
  fsType: optional(2, string),
  partition: optional(3, int32()),
  readOnly: optional(4, boolean),
}) {}

export class GitRepoVolumeSource extends object("io.k8s.api.core.v1.GitRepoVolumeSource", {
  repository: required(1, string),
  revision: optional(2, string),
  directory: optional(3, string),
}) {}

export class GlusterfsVolumeSource extends object("io.k8s.api.core.v1.GlusterfsVolumeSource", {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: optional(3, boolean),
}) {}

export class ISCSIVolumeSource extends object("io.k8s.api.core.v1.ISCSIVolumeSource", {
  targetPortal: required(1, string),
  iqn: required(2, string),
  lun: required(3, int32()),
  iscsiInterface: defaulted(4, string, "default"),
  fsType: optional(5, string),
  readOnly: optional(6, boolean),
  portals: optional(7, list(string)),
  chapAuthDiscovery: optional(8, boolean),
  secretRef: optional(10, LocalObjectReference),
  chapAuthSession: optional(11, boolean),
  initiatorName: optional(12, string, { zero: "counts" }),
}) {}

export class NFSVolumeSource extends object("io.k8s.api.core.v1.NFSVolumeSource", {
  server: required(1, string),
  path: required(2, string),
  readOnly: optional(3, boolean),
}) {}

export class PhotonPersistentDiskVolumeSource extends object("io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource", {
  pdID: required(1, string),
  fsType: optional(2, string),
}) {}

export class PortworxVolumeSource extends object("io.k8s.api.core.v1.PortworxVolumeSource", {
  volumeID: required(1, string),
  fsType: optional(2, string),
  readOnly: optional(3, boolean),
}) {}

export class QuobyteVolumeSource extends object("io.k8s.api.core.v1.QuobyteVolumeSource", {
  registry: required(1, string),
  volume: required(2, string),
  readOnly: optional(3, boolean),
  user: optional(4, string),
  group: optional(5, string),
  tenant: optional(6, string),
}) {}

export class RBDVolumeSource extends object("io.k8s.api.core.v1.RBDVolumeSource", {
  monitors: present(1, list(string)),
  image: required(2, string),
  fsType: optional(3, string),
  pool: defaulted(4, string, "rbd"),
  user: defaulted(5, string, "admin"),
  keyring: defaulted(6, string, "/etc/ceph/keyring"),
  secretRef: optional(7, LocalObjectReference),
  readOnly: optional(8, boolean),
}) {}

export class ScaleIOVolumeSource extends object("io.k8s.api.core.v1.ScaleIOVolumeSource", {
  gateway: required(1, string),
  system: required(2, string),
  secretRef: required(3, LocalObjectReference),
  sslEnabled: optional(4, boolean),
  protectionDomain: optional(5, string),
  storagePool: optional(6, string),
  storageMode: defaulted(7, string, "ThinProvisioned"),
  volumeName: optional(8, string),
  fsType: defaulted(9, string, "xfs"),
  readOnly: optional(10, boolean),
}) {}

export class StorageOSVolumeSource extends object("io.k8s.api.core.v1.StorageOSVolumeSource", {
  volumeName: optional(1, string),
  volumeNamespace: optional(2, string),
  fsType: optional(3, string),
  readOnly: optional(4, boolean),
  secretRef: optional(5, LocalObjectReference),
}) {}

export class VsphereVirtualDiskVolumeSource extends object("io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource", {
  volumePath: required(1, string),
  fsType: optional(2, string),
  storagePolicyName: optional(3, string),
  storagePolicyID: optional(4, string),
}) {}
