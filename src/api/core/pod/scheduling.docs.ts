import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as scheduling from "./scheduling.ts";

const weight = "How much it counts, from 1 to 100; the weights of all that fit are added up for each node.";

export const schedulingDocs: readonly Documented[] = [
  documented(scheduling.Affinity, {
    "": "Which nodes and which neighbours a pod needs, likes or shuns. It counts when its node is chosen, not afterwards.",
    nodeAffinity: "Which nodes will do or are liked, by their labels.",
    podAffinity: "Near which pods it needs or likes to be.",
    podAntiAffinity: "Near which pods it can't be or shouldn't be.",
  }),
  documented(scheduling.NodeAffinity, {
    "": "Which nodes will do for a pod, and which are liked.",
    requiredDuringSchedulingIgnoredDuringExecution:
      "Only nodes that fit will do; where none does, the pod waits. A pod that runs stays, also when its node's labels change.",
    preferredDuringSchedulingIgnoredDuringExecution:
      "Of the nodes that will do, those are liked best whose weights here come to most.",
  }),
  documented(scheduling.PreferredSchedulingTerm, {
    "": "Nodes that are liked, and how much. An empty one likes all nodes alike.",
    weight,
    preference: "Which nodes are liked.",
  }),
  documented(scheduling.PodAffinity, {
    "": "Near which pods a pod needs or likes to be.",
    requiredDuringSchedulingIgnoredDuringExecution:
      "For each of these, a pod that fits must run in the same zone, node or the like; where that can't be, the pod waits. All of them must hold.",
    preferredDuringSchedulingIgnoredDuringExecution:
      "Nodes are liked the better, the more pods that fit are near them; weights say how much each counts.",
  }),
  documented(scheduling.PodAntiAffinity, {
    "": "Near which pods a pod can't be or shouldn't be.",
    requiredDuringSchedulingIgnoredDuringExecution:
      "For each of these, no pod that fits may run in the same zone, node or the like; where that can't be, the pod waits. It counts for pods that come later as well.",
    preferredDuringSchedulingIgnoredDuringExecution:
      "Nodes are liked the less, the more pods that fit are near them; weights say how much each counts.",
  }),
  documented(scheduling.WeightedPodAffinityTerm, {
    "": "Neighbours that are liked or shunned, and how much.",
    weight,
    podAffinityTerm: "Which neighbours, and how near.",
  }),
  documented(scheduling.PodAffinityTerm, {
    "": "Pods, and how near to them.",
    labelSelector: "The labels of those pods; none at all fits no pod.",
    namespaces:
      "Where those pods are: in these, and in those that namespaceSelector chooses. The pod's own where both are left out.",
    topologyKey:
      "How near: nodes with the same value of this label count as one place. kubernetes.io/hostname is the node, topology.kubernetes.io/zone the zone.",
    namespaceSelector: "Where those pods are, by labels of namespaces; {} chooses all namespaces.",
    matchLabelKeys:
      "Labels of the pod itself whose values those pods must share, as in pod-template-hash: only pods of the same revision count.",
    mismatchLabelKeys: "Labels of the pod itself whose values those pods must not share, as in a tenant's name.",
  }),
  documented(scheduling.Toleration, {
    "": "Taints that don't keep a pod off a node.",
    key: "The taint's key; any where left out, which needs operator Exists.",
    operator:
      "Equal, also where left out: value must be the taint's. Exists: the value doesn't matter. Gt and Lt compare whole numbers.",
    value: "What the taint's value must be; left out with Exists.",
    effect: "NoSchedule, PreferNoSchedule or NoExecute; all of them where left out.",
    tolerationSeconds:
      "With NoExecute: how long, in seconds, the pod stays after the taint came. For ever where left out; 0 and less is not at all.",
  }),
  documented(scheduling.TopologySpreadConstraint, {
    "": "How evenly pods that are alike shall be spread over zones, nodes or the like.",
    maxSkew: "By how many such pods one place may have more than the one that has fewest. At least 1.",
    topologyKey: "What a place is: nodes with the same value of this label are one. Nodes without it don't count.",
    whenUnsatisfiable:
      "DoNotSchedule: the pod waits where it can't be kept. ScheduleAnyway: it comes as near to it as it can.",
    labelSelector: "Which pods are counted, by their labels, in the pod's own namespace; none at all counts no pod.",
    minDomains: "As long as there are fewer places than this, the emptiest counts as having no pods. 1 where left out.",
    nodeAffinityPolicy:
      "Honor, also where left out: only nodes count that the pod's nodeSelector and affinity let in. Ignore: all do.",
    nodeTaintsPolicy:
      "Honor: tainted nodes count only where the pod tolerates it. Ignore, also where left out: all do.",
    matchLabelKeys: "Labels whose values pods must share with this one to be counted, as in pod-template-hash.",
  }),
  documented(scheduling.PodSchedulingGate, {
    "": "Something that must be cleared before anybody chooses a pod's node.",
    name: "Who clears it, as in example.com/quota. Gates can only be taken away once the pod stands.",
  }),
  documented(scheduling.PodSchedulingGroup, {
    "": "The pods together with which a pod gets its node, or not at all.",
    podGroupName: "The PodGroup of its namespace that it belongs to.",
  }),
  documented(scheduling.PodResourceClaim, {
    "": "Devices that a pod asks for, by a name of its own; containers name it under resources.claims.",
    name: "What containers of the pod call it.",
    resourceClaimName: "A ResourceClaim that stands, and that several pods may share.",
    resourceClaimTemplateName: "What a ResourceClaim is made from that comes and goes with the pod.",
  }),
];
