import { type Documented, documented, partlyDocumented } from "#machinery/openapi/docs.ts";
import * as volumes from "./volumes.ts";

const mode = "as in 0644; JSON has no octal, so 420 there";

export const volumeDocs: readonly Documented[] = [
  partlyDocumented(volumes.Volume, {
    "": "A folder that containers of a pod may mount. It has a name and one source; an emptyDir where it has none.",
    name: "By which containers mount it.",
    emptyDir: "Empty at first, and gone with the pod.",
    hostPath: "A place in the node's own file system.",
    configMap: "The entries of a ConfigMap as files.",
    secret: "The entries of a Secret as files.",
    projected: "Several of these in one folder.",
    downwardAPI: "Fields of the pod as files.",
    persistentVolumeClaim: "Storage that outlives the pod.",
  }),
  documented(volumes.EmptyDirVolumeSource, {
    "": "A folder that is empty at first, and gone with the pod.",
    medium: "Memory keeps it there; on the node's disk where left out.",
    sizeLimit: "How large it may become.",
  }),
  documented(volumes.HostPathVolumeSource, {
    "": "A place in the node's own file system.",
    path: "Where.",
    type: "What must be there: Directory, File, Socket, CharDevice, BlockDevice; DirectoryOrCreate and FileOrCreate make it. Nothing is checked where left out.",
  }),
  documented(volumes.ConfigMapVolumeSource, {
    "": "The entries of a ConfigMap as files.",
    name: "The ConfigMap.",
    items: "Only these entries; all where left out.",
    defaultMode: `The files' mode, ${mode}.`,
    optional: "Whether it may be missing.",
  }),
  documented(volumes.SecretVolumeSource, {
    "": "The entries of a Secret as files.",
    secretName: "The Secret.",
    items: "Only these entries; all where left out.",
    defaultMode: `The files' mode, ${mode}.`,
    optional: "Whether it may be missing.",
  }),
  documented(volumes.KeyToPath, {
    "": "An entry, and the file that it becomes.",
    key: "The entry.",
    path: "The file's path in the volume.",
    mode: `Its mode, ${mode}.`,
  }),
];
