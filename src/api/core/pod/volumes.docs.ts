import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as volumes from "./volumes.ts";

const modeText = "as in 0644; JSON has no octal, so 420 there";
const defaultMode = `The mode of files that have none of their own, ${modeText}. 0644 where left out.`;
const mode = `The mode of this one file, ${modeText}. The volume's defaultMode where left out.`;
const items = "Which entries become which files; all, called like the entry, where left out.";
const optionalFiles = "True: the pod starts without its files where it is missing. False where left out: it waits.";
const name = { configMap: "Which ConfigMap of the pod's namespace.", secret: "Which Secret of the pod's namespace." };

export const volumeDocs: readonly Documented[] = [
  documented(volumes.Volume, {
    "": "A folder that containers of a pod may mount. It has a name and one source; an emptyDir where it has none.",
    name: "What containers call it in volumeMounts: a DNS label.",
    emptyDir: "A folder that is empty at first, and gone with the pod; it outlives its containers.",
    hostPath: "A place in the node's own file system. Who may make such a pod can do much on the node.",
    configMap: "A folder with the entries of a ConfigMap as files, which follow its changes.",
    secret: "A folder in memory with the entries of a Secret as files, which follow its changes.",
    projected: "Several sources in one folder: Secrets, ConfigMaps, fields of the pod, tokens.",
    downwardAPI: "A folder with fields of the pod as files, which follow its labels and annotations.",
    persistentVolumeClaim: "Storage that outlives the pod, by a claim of its namespace.",
    ephemeral: "Storage of any class, by a claim that comes and goes with the pod.",
    image: "What is in an image, as a folder that can only be read.",
    csi: "Storage that a CSI driver makes for this pod alone, without any claim.",
    nfs: "A folder that a server exports by NFS; it stays when the pod goes.",
    iscsi: "A disk that a server offers by iSCSI, formatted where it is empty.",
    fc: "A disk on a Fibre Channel network, formatted where it is empty.",
    cephfs: "A folder of CephFS; only old nodes mount it.",
    rbd: "A block device of Ceph; only old nodes mount it.",
    cinder: "A disk of OpenStack Cinder, mounted by its CSI driver.",
    awsElasticBlockStore: "A disk of Amazon EBS, mounted by its CSI driver.",
    azureDisk: "A disk of Azure, mounted by its CSI driver.",
    azureFile: "A share of Azure Files, mounted by its CSI driver.",
    gcePersistentDisk: "A persistent disk of Google Compute Engine, mounted by its CSI driver.",
    vsphereVolume: "A virtual disk of vSphere, mounted by its CSI driver.",
    portworxVolume: "A volume of Portworx, mounted by its CSI driver.",
    flexVolume: "Storage of a driver that is a program on the node; CSI has taken its place.",
    gitRepo: "A copy of a Git repository. Nodes refuse it today.",
    flocker: "A dataset of Flocker; nothing mounts it any more.",
    glusterfs: "A volume of GlusterFS; nothing mounts it any more.",
    photonPersistentDisk: "A disk of Photon; nothing mounts it any more.",
    quobyte: "A volume of Quobyte; nothing mounts it any more.",
    scaleIO: "A volume of ScaleIO; nothing mounts it any more.",
    storageos: "A volume of StorageOS; nothing mounts it any more.",
  }),
  documented(volumes.EmptyDirVolumeSource, {
    "": "A folder that is empty at first, shared by the pod's containers, and gone with the pod.",
    medium: "Memory keeps it in a tmpfs, which counts as memory of the containers; on the node's disk where left out.",
    sizeLimit:
      "How large it may become, as in 64Mi; the pod has to go beyond it. As large as its medium allows where left out.",
  }),
  documented(volumes.HostPathVolumeSource, {
    "": "A file or folder of the node itself, which the pod finds there and leaves behind.",
    path: "The path on the node; a link is followed.",
    type: "What must be there: Directory, File, Socket, CharDevice, BlockDevice; DirectoryOrCreate and FileOrCreate make it. Nothing is checked where left out.",
  }),
  documented(volumes.ConfigMapVolumeSource, {
    "": "The entries of a ConfigMap as files, one each; they follow its changes within a minute or two.",
    name: name.configMap,
    items,
    defaultMode,
    optional: optionalFiles,
  }),
  documented(volumes.SecretVolumeSource, {
    "": "The entries of a Secret as files in memory, one each; they follow its changes within a minute or two.",
    secretName: name.secret,
    items,
    defaultMode,
    optional: optionalFiles,
  }),
  documented(volumes.KeyToPath, {
    "": "An entry, and the file that it becomes.",
    key: "Which entry of the ConfigMap or Secret.",
    path: "The file's path in the volume: relative, and without dots for a parent folder.",
    mode,
  }),
  documented(volumes.DownwardAPIVolumeSource, {
    "": "Fields of the pod as files, which follow its changes.",
    items: "Which fields become which files.",
    defaultMode,
  }),
  documented(volumes.DownwardAPIVolumeFile, {
    "": "A file whose content is a field of the pod: one of fieldRef and resourceFieldRef.",
    path: "The file's path in the volume: relative, and without dots for a parent folder.",
    fieldRef: "Which field: name, namespace, uid, labels or annotations of metadata.",
    resourceFieldRef: "Which request or limit of which container.",
    mode,
  }),
  documented(volumes.ImageVolumeSource, {
    "": "The content of an image or artifact, fetched as those of containers are. It can only be read.",
    reference: "Which image, written as [HOST/]NAME[:TAG][@DIGEST].",
    pullPolicy: "Always, IfNotPresent or Never. Where left out: Always without tag or with :latest, else IfNotPresent.",
  }),
  documented(volumes.ProjectedVolumeSource, {
    "": "Several sources whose files lie in one folder.",
    sources: "What lies there, one entry a source; no two files may have the same path.",
    defaultMode,
  }),
  documented(volumes.VolumeProjection, {
    "": "One source of a projected volume: exactly one of these.",
    secret: "Entries of a Secret that become files here.",
    downwardAPI: "Fields of the pod that become files here.",
    configMap: "Entries of a ConfigMap that become files here.",
    serviceAccountToken: "A token of the pod's ServiceAccount, which the node renews in time.",
    clusterTrustBundle: "Certificates of authorities out of ClusterTrustBundles, which follow their changes.",
    podCertificate: "A key and a certificate for the pod, which the node renews in time.",
  }),
  documented(volumes.SecretProjection, {
    "": "Entries of a Secret that become files of a projected volume.",
    name: name.secret,
    items,
    optional: optionalFiles,
  }),
  documented(volumes.ConfigMapProjection, {
    "": "Entries of a ConfigMap that become files of a projected volume.",
    name: name.configMap,
    items,
    optional: optionalFiles,
  }),
  documented(volumes.DownwardAPIProjection, {
    "": "Fields of the pod that become files of a projected volume.",
    items: "Which fields become which files.",
  }),
  documented(volumes.ServiceAccountTokenProjection, {
    "": "A token by which the pod's ServiceAccount shows who it is, as a file.",
    audience: "Who shall accept it; the API server where left out.",
    expirationSeconds:
      "How long it counts, in seconds, at least 600; an hour where left out. The node renews it after four fifths.",
    path: "The token's path in the volume: relative, and without dots for a parent folder.",
  }),
  documented(volumes.ClusterTrustBundleProjection, {
    "": "Certificates of authorities as a file of PEM: those of one bundle by name, or those of all bundles of a signer.",
    name: "Which ClusterTrustBundle; not together with signerName.",
    signerName: "Whose ClusterTrustBundles: all that labelSelector fits, put together.",
    labelSelector: "With signerName: which of its bundles, by their labels. None where left out, all where {}.",
    path: "The file's path in the volume: relative, and without dots for a parent folder.",
    optional: "True: the pod starts without it where no bundle is there. False where left out: it waits.",
  }),
  documented(volumes.PodCertificateProjection, {
    "": "A key that the node makes for the pod, and a certificate that a signer issues for it, as files.",
    signerName: "Who issues the certificate.",
    keyType: "The key's kind: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519.",
    maxExpirationSeconds:
      "How long the certificate may count at most, in seconds; a day where left out. At least an hour.",
    credentialBundlePath: "A file that holds key and certificates together: the way that is renewed in one step.",
    keyPath: "A file that holds the key alone.",
    certificateChainPath: "A file that holds the certificates alone.",
    userAnnotations: "Words for the signer, in its own terms.",
  }),
];
