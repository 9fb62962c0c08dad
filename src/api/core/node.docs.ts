import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as spec from "./node/spec.ts";
import { Node } from "./node.ts";

export const nodeDocs: readonly Documented[] = [
  documented(Node, {
    "": "A machine that pods run on.",
    metadata:
      "Labels such as kubernetes.io/hostname and topology.kubernetes.io/zone say where it stands; pods choose nodes by them.",
    spec: "Which addresses its pods get, and who is kept away from it.",
    status: "What it has, where it is reached, and how it is, as its own agent tells.",
  }),
  documented(spec.NodeSpec, {
    "": "Which pods may come to a node, and from which blocks they get their addresses.",
    podCIDR:
      "The block from which its pods get addresses: the first of podCIDRs. Assigned by the cluster; it can't be changed then.",
    podCIDRs: "The blocks from which its pods get addresses, at most one of each family.",
    providerID: "By which a cloud knows the machine: PROVIDER://ID. It can be set once.",
    unschedulable: "True: no new pods come here, those that are here stay. kubectl cordon sets it.",
    taints: "What keeps pods away that don't tolerate it.",
    configSource: "Settings for the agent out of the cluster; nothing reads them any more.",
    externalID: "An old name that a cloud knew the machine by; nothing reads it any more.",
  }),
  documented(spec.Taint, {
    "": "Keeps away from a node every pod that doesn't tolerate it.",
    key: "What the matter is, as in node.kubernetes.io/not-ready.",
    value: "More about it, which tolerations may ask for; empty where left out.",
    effect:
      "NoSchedule: such pods don't come. PreferNoSchedule: they come only where nothing else is free. NoExecute: those that are here have to go as well.",
    timeAdded: "When a NoExecute taint came; tolerationSeconds count from then.",
  }),
  documented(spec.NodeConfigSource, {
    "": "Where settings of a node's agent stood in the cluster. Kubernetes gave this up in 1.24.",
    configMap: "The ConfigMap that held them.",
  }),
  documented(spec.ConfigMapNodeConfigSource, {
    "": "The ConfigMap, and the entry of it, that held settings of a node's agent.",
    namespace: "Where the ConfigMap is.",
    name: "What the ConfigMap is called.",
    uid: "Which ConfigMap of that name; only in the node's status.",
    resourceVersion: "Which state of the ConfigMap; only in the node's status.",
    kubeletConfigKey: "The entry that held the settings.",
  }),
];
