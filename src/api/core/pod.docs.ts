import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./pod/spec.ts";
import { Pod } from "./pod.ts";

export const podDocs: readonly Documented[] = [
  documented(Pod, {
    "": "Containers that share an address and run on one node.",
    metadata:
      "Its name is its hostname too, unless it says another; its labels are what Services and workloads find it by.",
    spec: "Which containers run, where, and how. Nearly all of it stays as it is once the pod stands.",
    status: "What became of it: its address, its phase, and how its containers are.",
  }),
  documented(parts.PodTemplateSpec, {
    "": "What a workload makes its pods from.",
    metadata: "Labels and annotations that each of the pods gets; the workload's selector must fit the labels.",
    spec: "Which containers each of the pods runs, where, and how.",
  }),
  documented(parts.PodSpec, {
    "": "What a pod shall run, where, and how.",
    containers: "What runs side by side until the pod ends. At least one; the list can't be changed.",
    initContainers:
      "What runs before, one after another, each to its end; or, with restartPolicy Always, beside the others from then on.",
    ephemeralContainers:
      "Containers that were added to the standing pod, to look into it; only the subresource ephemeralcontainers adds them.",
    volumes: "Folders that its containers may mount.",
    restartPolicy:
      "What happens when a container ends: Always, also where left out, starts it again, OnFailure only after a failure, Never not at all. Waits double from 10 s to 5 min.",
    terminationGracePeriodSeconds:
      "How long, in seconds, containers have between SIGTERM and SIGKILL; 30 where left out. 0 ends them at once.",
    activeDeadlineSeconds:
      "How long, in seconds, the pod may be active before it is ended and counts as failed; for ever where left out.",
    dnsPolicy:
      "ClusterFirst, also where left out: names of the cluster, then those of the node. Default: those of the node alone. ClusterFirstWithHostNet: as ClusterFirst, for pods on the node's network. None: only what dnsConfig says.",
    dnsConfig: "Servers, domains and options that are added to what dnsPolicy gives.",
    nodeSelector: "Only nodes with all of these labels will do.",
    nodeName: "The node that it is on. Where it is set from the start, no scheduler is asked.",
    hostNetwork:
      "True: the pod has the node's network, with its address, its ports and its interfaces. False where left out.",
    hostPID: "True: its containers see the node's processes. False where left out.",
    hostIPC: "True: its containers share the node's System V IPC. False where left out.",
    hostUsers:
      "False: its containers have user ids of their own, so that root inside is nobody outside. True where left out.",
    shareProcessNamespace: "True: its containers see each other's processes. False where left out.",
    hostname: "What the pod calls itself; its name where left out.",
    subdomain:
      "With hostname, the pod is found as HOSTNAME.SUBDOMAIN.NAMESPACE.svc: SUBDOMAIN names a headless Service.",
    setHostnameAsFQDN: "True: the pod calls itself by the long name that it has in DNS. False where left out.",
    hostnameOverride: "What the pod calls itself, whatever hostname and subdomain say; DNS doesn't know it by this.",
    hostAliases: "Lines that are added to its /etc/hosts.",
    affinity: "Which nodes and which neighbours it needs, likes or shuns.",
    tolerations: "Taints of nodes that don't keep it away.",
    topologySpreadConstraints: "How evenly pods like it shall be spread over nodes or zones; all of them must hold.",
    schedulerName:
      "Who chooses its node; default-scheduler where left out. The pod waits where nobody goes by that name.",
    schedulingGroup: "The pods together with which it gets its node, or not at all.",
    schedulingGates: "What must be cleared before anybody chooses its node; the pod waits meanwhile.",
    priorityClassName: "The class that its priority comes from; the cluster's default, or 0, where left out.",
    priority: "Who comes first when there is too little room: the higher number. Taken from priorityClassName.",
    preemptionPolicy:
      "PreemptLowerPriority, also where left out: pods of lower priority may be ended for it. Never: it waits.",
    runtimeClassName:
      "The RuntimeClass that says in which way its containers are run; the node's usual way where left out.",
    overhead: "What running it takes besides its containers, filled in from its RuntimeClass; it counts on the node.",
    os: "The system that it is made for; nodes of another refuse it.",
    serviceAccountName: "Who it is towards the API server; the namespace's account called default where left out.",
    serviceAccount: "The old name of serviceAccountName, kept equal to it.",
    automountServiceAccountToken:
      "Whether its containers find a token for its ServiceAccount in their files; what the account says where left out.",
    enableServiceLinks:
      "True, also where left out: containers get variables with the addresses of the namespace's Services.",
    securityContext: "As whom its containers run, where they don't say so themselves, and whose its volumes are.",
    imagePullSecrets: "Secrets of its namespace for fetching its images.",
    readinessGates:
      "Further conditions that must be True before it counts as ready; somebody else sets them in its status.",
    resourceClaims: "Devices that it asks for, which its containers may then use.",
    resources:
      "What the pod as a whole asks for and may have at most, shared by its containers: cpu, memory and hugepages.",
  }),
  documented(parts.PodOS, {
    "": "The system that a pod is made for.",
    name: "The system's family: linux or windows.",
  }),
  documented(parts.PodReadinessGate, {
    "": "A further condition that must be True before a pod counts as ready.",
    conditionType: "The type of the condition in the pod's status, as in example.com/registered.",
  }),
  documented(parts.HostAlias, {
    "": "An address, and the names that a pod's /etc/hosts has for it.",
    ip: "The address that the line begins with.",
    hostnames: "The names that lead to it.",
  }),
  documented(parts.PodDNSConfig, {
    "": "What a pod's resolv.conf says besides.",
    nameservers: "Addresses of DNS servers, after those of dnsPolicy. Three in all.",
    searches: "Domains in which short names are looked for, after those of dnsPolicy. At most 32.",
    options: "Options for looking names up; they win over those of dnsPolicy.",
  }),
  documented(parts.PodDNSConfigOption, {
    "": "An option of resolv.conf, as in ndots:5.",
    name: "The word before the colon, as in ndots.",
    value: "What comes after the colon, as in 5; the option stands alone where left out.",
  }),
];
