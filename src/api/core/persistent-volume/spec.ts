import { defaulted, inlined, list, map, object, optional, quantity, string, time } from "#machinery/schema.ts";
import * as ofPods from "../pod/storage-volumes.ts";
import { HostPathVolumeSource } from "../pod/volumes.ts";
import { NodeSelector, ObjectReference } from "../references.ts";
import * as own from "./sources.ts";

export class VolumeNodeAffinity extends object("io.k8s.api.core.v1.VolumeNodeAffinity", {
  required: optional(1, NodeSelector),
}) {}

/** A volume has exactly one. Source: core/v1 PersistentVolumeSource. */
export const sources = {
  gcePersistentDisk: optional(1, ofPods.GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: optional(2, ofPods.AWSElasticBlockStoreVolumeSource),
  hostPath: optional(3, HostPathVolumeSource),
  glusterfs: optional(4, own.GlusterfsPersistentVolumeSource),
  nfs: optional(5, ofPods.NFSVolumeSource),
  rbd: optional(6, own.RBDPersistentVolumeSource),
  iscsi: optional(7, own.ISCSIPersistentVolumeSource),
  cinder: optional(8, own.CinderPersistentVolumeSource),
  cephfs: optional(9, own.CephFSPersistentVolumeSource),
  fc: optional(10, ofPods.FCVolumeSource),
  flocker: optional(11, ofPods.FlockerVolumeSource),
  flexVolume: optional(12, own.FlexPersistentVolumeSource),
  azureFile: optional(13, own.AzureFilePersistentVolumeSource),
  vsphereVolume: optional(14, ofPods.VsphereVirtualDiskVolumeSource),
  quobyte: optional(15, ofPods.QuobyteVolumeSource),
  azureDisk: optional(16, ofPods.AzureDiskVolumeSource),
  photonPersistentDisk: optional(17, ofPods.PhotonPersistentDiskVolumeSource),
  portworxVolume: optional(18, ofPods.PortworxVolumeSource),
  scaleIO: optional(19, own.ScaleIOPersistentVolumeSource),
  local: optional(20, own.LocalVolumeSource),
  storageos: optional(21, own.StorageOSPersistentVolumeSource),
  csi: optional(22, own.CSIPersistentVolumeSource),
};

export class PersistentVolumeSpec extends object("io.k8s.api.core.v1.PersistentVolumeSpec", {
  capacity: optional(1, map(quantity)),
  ...inlined(2, sources),
  accessModes: optional(3, list(string)),
  claimRef: optional(4, ObjectReference),
  persistentVolumeReclaimPolicy: defaulted(5, string, "Retain"),
  storageClassName: optional(6, string),
  mountOptions: optional(7, list(string)),
  volumeMode: defaulted(8, string, "Filesystem", { zero: "counts" }),
  nodeAffinity: optional(9, VolumeNodeAffinity),
  volumeAttributesClassName: optional(10, string, { zero: "counts" }),
}) {}

export class PersistentVolumeStatus extends object("io.k8s.api.core.v1.PersistentVolumeStatus", {
  phase: defaulted(1, string, "Pending"),
  message: optional(2, string),
  reason: optional(3, string),
  lastPhaseTransitionTime: optional(4, time),
}) {}
