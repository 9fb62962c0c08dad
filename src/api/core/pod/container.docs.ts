import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as parts from "./container.ts";

/** What containers and those that are added to a standing pod have in common. */
const program = {
  image: "What it runs: [HOST/]NAME[:TAG][@DIGEST]. It may change while the pod stands.",
  imagePullPolicy:
    "Always, IfNotPresent or Never. Where left out: Always for images without tag or with :latest, else IfNotPresent.",
  command:
    "What is run instead of the image's own program, without a shell. $(NAME) stands for a variable, $$ for a dollar sign.",
  args: "Arguments instead of the image's own. $(NAME) stands for a variable, $$ for a dollar sign.",
  workingDir: "The folder that it is run in; where the image says, if left out.",
  env: "Variables that it gets, one by one. They can't be changed once the pod stands.",
  envFrom:
    "ConfigMaps and Secrets whose entries all become variables; of equal names the last wins, and env before all.",
  volumeMounts: "Which of the pod's volumes it finds in which folder.",
  volumeDevices: "Which of the pod's claims it finds as which raw block device.",
  terminationMessagePath:
    "A file of the container whose content, at most 4 KiB, is shown as its last words; /dev/termination-log where left out.",
  terminationMessagePolicy:
    "File, also where left out, or FallbackToLogsOnError: the end of the log, where it failed and left no last words.",
  securityContext: "As whom it runs, and what it may do; what the pod says where left out.",
  stdin: "True: it has an input that clients can attach to. False where left out: reading gives the end at once.",
  stdinOnce: "True: that input ends with the first client that attached. False where left out: it waits for the next.",
  tty: "True: it has a terminal; needs stdin. False where left out.",
};
const notAllowed = "Not allowed for a container that is added to a standing pod.";

export const containerDocs: readonly Documented[] = [
  documented(parts.Container, {
    "": "One program of a pod, with its files, variables and limits.",
    name: "What it is called in the pod, as logs and exec know it: a DNS label. It can't be changed.",
    ports: "Ports that it listens on. Only for people and names: what isn't listed can be reached as well.",
    resources: "What it asks of its node, and what it may have at most; nothing is held back where left out.",
    resizePolicy:
      "Whether it must be started again when its resources change, for cpu and memory each; not, where left out.",
    livenessProbe:
      "When this fails, the container is ended and started again. It lives as long as it runs where left out.",
    readinessProbe: "While this fails, Services send the pod nothing. It is ready as soon as it runs where left out.",
    startupProbe: "Until this succeeds, the other probes wait; when it fails, the container is started again.",
    lifecycle: "What is done right after its start and before its end.",
    restartPolicy:
      "When it is started again, in place of the pod's own restartPolicy. Always, for an init container: it runs on beside the others, and the next begins when it has started.",
    restartPolicyRules:
      "By exit code, when it is started again in spite of restartPolicy; the first that fits counts. At most 20.",
    ...program,
  }),
  documented(parts.EphemeralContainer, {
    "": "A container that is added to a pod that stands, to look into it. It is never started again and has no claim on its node.",
    name: "What it is called in the pod; no other container may have the name.",
    targetContainerName: "The container whose processes it sees; only its own, or those of the pod, where left out.",
    ports: notAllowed,
    resources: notAllowed,
    resizePolicy: notAllowed,
    livenessProbe: notAllowed,
    readinessProbe: notAllowed,
    startupProbe: notAllowed,
    lifecycle: notAllowed,
    restartPolicy: notAllowed,
    restartPolicyRules: notAllowed,
    ...program,
  }),
  documented(parts.ContainerPort, {
    "": "A port that a container listens on.",
    name: "A name for it, of at most 15 characters, by which Services and probes may find it.",
    containerPort: "Its number at the pod's address, from 1 to 65535.",
    hostPort: "A port of the node that leads there; none where left out. At most one pod of a node can have it.",
    hostIP: "The address of the node that hostPort is bound to; all of them where left out.",
    protocol: "TCP, also where left out, UDP or SCTP.",
  }),
  documented(parts.ResourceRequirements, {
    "": "What a container asks for, and what it may have at most.",
    limits:
      "At most so much, as in cpu: 500m, memory: 64Mi. Beyond it, CPU is held back and memory ends the container.",
    requests: "At least so much must be free on its node, and is its own there. The limits where left out.",
    claims: "Devices that it uses, of those that the pod's resourceClaims name.",
  }),
  documented(parts.ResourceClaim, {
    "": "Devices of the pod that a container uses.",
    name: "Which entry of the pod's spec.resourceClaims.",
    request: "Which request of that claim; all of them where left out.",
  }),
  documented(parts.ContainerResizePolicy, {
    "": "Whether a container must be started again when one of its resources changes.",
    resourceName: "The resource it is about: cpu or memory.",
    restartPolicy: "NotRequired: it runs on with what it now has. RestartContainer: it is started again.",
  }),
  documented(parts.ContainerRestartRule, {
    "": "What happens when a container ends with certain exit codes.",
    action: "Restart: it is started again. RestartAllContainers: all of the pod are.",
    exitCodes: "The exit codes for which this counts.",
  }),
  documented(parts.ContainerRestartRuleOnExitCodes, {
    "": "Exit codes for which a rule counts, or doesn't.",
    operator: "In: it must be one of values. NotIn: it must be none of them.",
    values: "The codes in question, from 0 to 255; at most 255 of them.",
  }),
  documented(parts.VolumeMount, {
    "": "The folder of a container where it finds a volume of its pod.",
    name: "Which volume of the pod; it must be one of spec.volumes.",
    mountPath: "The folder of the container where it is; it hides what the image has there. No colons.",
    readOnly: "True: the container can only read it. False where left out.",
    subPath: "The part of the volume that is mounted: a relative path. All of it where left out.",
    subPathExpr:
      "The part of the volume that is mounted, where $(NAME) stands for a variable. Not together with subPath.",
    mountPropagation:
      "None, also where left out: later mounts are not passed on. HostToContainer: those of the node are. Bidirectional: those of the container too; needs privileged.",
    recursiveReadOnly:
      "For readOnly mounts: whether mounts below are read-only too. Disabled, also where left out; IfPossible; or Enabled: the pod isn't started where it can't be.",
  }),
  documented(parts.VolumeDevice, {
    "": "The path where a container finds a claim of its pod as a raw block device.",
    name: "Which volume of the pod; a claim whose volumeMode is Block.",
    devicePath: "The device's path in the container, as in /dev/xvda.",
  }),
];
