import {
  boolean,
  defaulted,
  inlined,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  string,
} from "#machinery/schema.ts";
import { LabelSelector } from "../../meta/label-selector.ts";
import { EphemeralVolumeSource, PersistentVolumeClaimVolumeSource } from "./claim-template.ts";
import { ObjectFieldSelector, ResourceFieldSelector } from "./env.ts";
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  CSIVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./storage-volumes.ts";

export class ClusterTrustBundleProjection extends object("io.k8s.api.core.v1.ClusterTrustBundleProjection", {
  name: optional(1, string, { zero: "counts" }),
  signerName: optional(2, string, { zero: "counts" }),
  labelSelector: optional(3, LabelSelector),
  path: required(4, string),
  optional: optional(5, boolean, { zero: "counts" }),
}) {}

export class KeyToPath extends object("io.k8s.api.core.v1.KeyToPath", {
  key: required(1, string),
  path: required(2, string),
  mode: optional(3, int32(), { zero: "counts" }),
}) {}

export class ConfigMapProjection extends object("io.k8s.api.core.v1.ConfigMapProjection", {
  ...inlined(1, {
    name: optional(1, string),
  }),
  items: optional(2, list(KeyToPath)),
  optional: optional(4, boolean, { zero: "counts" }),
}) {}

export class ConfigMapVolumeSource extends object("io.k8s.api.core.v1.ConfigMapVolumeSource", {
  ...inlined(1, {
    name: optional(1, string),
  }),
  items: optional(2, list(KeyToPath)),
  defaultMode: defaulted(3, int32(), 0o644, { zero: "counts" }),
  optional: optional(4, boolean, { zero: "counts" }),
}) {}

export class DownwardAPIVolumeFile extends object("io.k8s.api.core.v1.DownwardAPIVolumeFile", {
  path: required(1, string),
  fieldRef: optional(2, ObjectFieldSelector),
  resourceFieldRef: optional(3, ResourceFieldSelector),
  mode: optional(4, int32(), { zero: "counts" }),
}) {}

export class DownwardAPIProjection extends object("io.k8s.api.core.v1.DownwardAPIProjection", {
  items: optional(1, list(DownwardAPIVolumeFile)),
}) {}

export class DownwardAPIVolumeSource extends object("io.k8s.api.core.v1.DownwardAPIVolumeSource", {
  items: optional(1, list(DownwardAPIVolumeFile)),
  defaultMode: defaulted(2, int32(), 0o644, { zero: "counts" }),
}) {}

export class EmptyDirVolumeSource extends object("io.k8s.api.core.v1.EmptyDirVolumeSource", {
  medium: optional(1, string),
  sizeLimit: optional(2, quantity),
}) {}

export class HostPathVolumeSource extends object("io.k8s.api.core.v1.HostPathVolumeSource", {
  path: required(1, string),
  type: defaulted(2, string, "", { zero: "counts" }),
}) {}

export class ImageVolumeSource extends object("io.k8s.api.core.v1.ImageVolumeSource", {
  reference: optional(1, string),
  pullPolicy: optional(2, string),
}) {}

export class PodCertificateProjection extends object("io.k8s.api.core.v1.PodCertificateProjection", {
  signerName: required(1, string),
  keyType: required(2, string),
  maxExpirationSeconds: optional(3, int32(), { zero: "counts" }),
  credentialBundlePath: optional(4, string),
  keyPath: optional(5, string),
  certificateChainPath: optional(6, string),
  userAnnotations: optional(7, map(string)),
}) {}

export class SecretProjection extends object("io.k8s.api.core.v1.SecretProjection", {
  ...inlined(1, {
    name: optional(1, string),
  }),
  items: optional(2, list(KeyToPath)),
  optional: optional(4, boolean, { zero: "counts" }),
}) {}

export class ServiceAccountTokenProjection extends object("io.k8s.api.core.v1.ServiceAccountTokenProjection", {
  audience: optional(1, string),
  expirationSeconds: defaulted(2, int64(), 3600, { zero: "counts" }),
  path: required(3, string),
}) {}

export class VolumeProjection extends object("io.k8s.api.core.v1.VolumeProjection", {
  secret: optional(1, SecretProjection),
  downwardAPI: optional(2, DownwardAPIProjection),
  configMap: optional(3, ConfigMapProjection),
  serviceAccountToken: optional(4, ServiceAccountTokenProjection),
  clusterTrustBundle: optional(5, ClusterTrustBundleProjection),
  podCertificate: optional(6, PodCertificateProjection),
}) {}

export class ProjectedVolumeSource extends object("io.k8s.api.core.v1.ProjectedVolumeSource", {
  sources: optional(1, list(VolumeProjection)),
  defaultMode: defaulted(2, int32(), 0o644, { zero: "counts" }),
}) {}

export class SecretVolumeSource extends object("io.k8s.api.core.v1.SecretVolumeSource", {
  secretName: optional(1, string),
  items: optional(2, list(KeyToPath)),
  defaultMode: defaulted(3, int32(), 0o644, { zero: "counts" }),
  optional: optional(4, boolean, { zero: "counts" }),
}) {}

export class Volume extends object(
  "io.k8s.api.core.v1.Volume",
  {
    ...inlined(2, {
      awsElasticBlockStore: optional(4, AWSElasticBlockStoreVolumeSource),
      azureDisk: optional(22, AzureDiskVolumeSource),
      azureFile: optional(18, AzureFileVolumeSource),
      cephfs: optional(14, CephFSVolumeSource),
      cinder: optional(13, CinderVolumeSource),
      configMap: optional(19, ConfigMapVolumeSource),
      csi: optional(28, CSIVolumeSource),
      downwardAPI: optional(16, DownwardAPIVolumeSource),
      emptyDir: optional(2, EmptyDirVolumeSource),
      ephemeral: optional(29, EphemeralVolumeSource),
      fc: optional(17, FCVolumeSource),
      flexVolume: optional(12, FlexVolumeSource),
      flocker: optional(15, FlockerVolumeSource),
      gcePersistentDisk: optional(3, GCEPersistentDiskVolumeSource),
      gitRepo: optional(5, GitRepoVolumeSource),
      glusterfs: optional(9, GlusterfsVolumeSource),
      hostPath: optional(1, HostPathVolumeSource),
      image: optional(30, ImageVolumeSource),
      iscsi: optional(8, ISCSIVolumeSource),
      nfs: optional(7, NFSVolumeSource),
      persistentVolumeClaim: optional(10, PersistentVolumeClaimVolumeSource),
      photonPersistentDisk: optional(23, PhotonPersistentDiskVolumeSource),
      portworxVolume: optional(24, PortworxVolumeSource),
      projected: optional(26, ProjectedVolumeSource),
      quobyte: optional(21, QuobyteVolumeSource),
      rbd: optional(11, RBDVolumeSource),
      scaleIO: optional(25, ScaleIOVolumeSource),
      secret: optional(6, SecretVolumeSource),
      storageos: optional(27, StorageOSVolumeSource),
      vsphereVolume: optional(20, VsphereVirtualDiskVolumeSource),
    }),
    name: required(1, string),
  },
  { retainKeys: true },
) {}
