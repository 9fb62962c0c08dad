import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as topology from "./storage-class/topology.ts";
import { StorageClass } from "./storage-class.ts";

export const storageClassDocs: readonly Documented[] = [
  documented(StorageClass, {
    "": "A kind of storage that claims can ask for by name, and how its volumes are made.",
    metadata: "Name by which claims ask for it; an annotation makes it the default.",
    provisioner: "Who makes the volumes: the name of a CSI driver, as a rule.",
    parameters: "What that driver is told about each volume, such as the type of disk.",
    reclaimPolicy: "What its volumes are made with: Delete, also where left out, or Retain.",
    mountOptions: "Options of mount that its volumes are made with.",
    allowVolumeExpansion: "Whether claims may ask for more later.",
    volumeBindingMode:
      "Immediate, also where left out: a volume is made for each claim at once. WaitForFirstConsumer: when a pod uses it, where that pod runs.",
    allowedTopologies: "Where volumes may be made; anywhere where left out.",
  }),
  documented(topology.TopologySelectorTerm, {
    "": "Places that fit all of these labels.",
    matchLabelExpressions: "Labels that a place must have.",
  }),
  documented(topology.TopologySelectorLabelRequirement, {
    "": "A label, and the values that will do.",
    key: "The label, such as topology.kubernetes.io/zone.",
    values: "Any one of these will do.",
  }),
];
