import { type Documented, documented, partlyDocumented } from "#machinery/openapi/docs.ts";
import { HostAlias, PodDNSConfig, PodDNSConfigOption, PodSpec, PodTemplateSpec } from "./pod/spec.ts";
import { PodStatus } from "./pod/status.ts";
import { Pod } from "./pod.ts";

export const podDocs: readonly Documented[] = [
  documented(Pod, {
    "": "Containers that share an address and run on one node.",
    metadata: "Name, namespace, labels, annotations.",
    spec: "What shall run. Nearly all of it stays as it is once the pod stands.",
    status: "What runs.",
  }),
  documented(PodTemplateSpec, {
    "": "What a workload makes its pods from.",
    metadata: "Labels and annotations that each of the pods gets.",
    spec: "What each of the pods shall run.",
  }),
  partlyDocumented(PodSpec, {
    "": "What a pod shall run, where, and how.",
    containers: "What runs side by side until the pod ends. At least one.",
    initContainers:
      "What runs before, one after another, each to its end; or, with restartPolicy Always, beside the others from then on.",
    ephemeralContainers: "Added to a pod that stands, to look into it.",
    volumes: "Folders that its containers may mount.",
    restartPolicy:
      "What happens when a container ends: Always starts it again, OnFailure only after a failure, Never not at all. Waits double from 10 s to 5 min.",
    terminationGracePeriodSeconds: "How long, in seconds, containers have between SIGTERM and SIGKILL.",
    activeDeadlineSeconds: "How long, in seconds, the pod may be active before it is ended and counts as failed.",
    dnsPolicy:
      "ClusterFirst: names of the cluster, then those of the node. Default: those of the node alone. ClusterFirstWithHostNet: as ClusterFirst, for pods on the node's network. None: only what dnsConfig says.",
    dnsConfig: "Added to what dnsPolicy gives.",
    nodeSelector: "Only nodes with all of these labels will do.",
    nodeName: "The node that it is on. Where it is set from the start, no scheduler is asked.",
    hostNetwork: "The pod has the node's network: its address, its ports, its interfaces.",
    hostPID: "Its containers see the node's processes.",
    hostIPC: "Its containers share the node's System V IPC.",
    shareProcessNamespace: "Its containers see each other's processes.",
    hostname: "The pod's own name for itself; its name where left out.",
    subdomain:
      "With hostname, the pod is found as HOSTNAME.SUBDOMAIN.NAMESPACE.svc: SUBDOMAIN names a headless Service.",
    setHostnameAsFQDN: "The pod's own name for itself is the long one.",
    hostAliases: "Lines for its /etc/hosts.",
    affinity: "Which nodes and which neighbours it needs, likes or shuns.",
    tolerations: "Taints of nodes that don't keep it away.",
    topologySpreadConstraints: "How evenly pods like it shall be spread.",
    schedulerName: "Who chooses its node.",
    priorityClassName: "The class that its priority comes from.",
    priority: "Its priority as a number, taken from its class.",
    serviceAccountName: "Who it is towards the API server.",
    serviceAccount: "The old name of serviceAccountName.",
    automountServiceAccountToken: "Whether its containers find a token for that in their file system.",
    enableServiceLinks: "Whether containers get variables with the addresses of the namespace's Services.",
    securityContext: "As whom its containers run, where they don't say so themselves.",
    imagePullSecrets: "Secrets for fetching its images.",
    readinessGates: "Further conditions that must hold before it counts as ready.",
    schedulingGates: "What must be cleared before anybody chooses its node.",
  }),
  documented(HostAlias, {
    "": "A line of /etc/hosts.",
    ip: "The address.",
    hostnames: "The names for it.",
  }),
  documented(PodDNSConfig, {
    "": "What a pod's resolv.conf says besides.",
    nameservers: "Servers, after those of dnsPolicy. Three in all.",
    searches: "Domains in which short names are looked for, after those of dnsPolicy.",
    options: "Options; they win over those of dnsPolicy.",
  }),
  documented(PodDNSConfigOption, {
    "": "An option of resolv.conf.",
    name: "As in ndots.",
    value: "As in 5, where it has one.",
  }),
  partlyDocumented(PodStatus, {
    "": "What runs.",
    phase: "Pending, Running, Succeeded, Failed or Unknown: the short of it.",
    conditions: "What holds: scheduled, initialized, its containers ready, itself ready.",
    message: "Why it is as it is, in a sentence.",
    reason: "Why, in one word.",
    hostIP: "Its node's address.",
    hostIPs: "Its node's addresses, one of each family.",
    podIP: "Its address.",
    podIPs: "Its addresses, one of each family.",
    startTime: "When its node took it on.",
    initContainerStatuses: "How the init containers are.",
    containerStatuses: "How the containers are.",
    ephemeralContainerStatuses: "How the added containers are.",
    qosClass: "Guaranteed, Burstable or BestEffort: who has to go first when memory runs out.",
  }),
];
