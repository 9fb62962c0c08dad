import { type Documented, documented, partlyDocumented } from "#machinery/openapi/docs.ts";
import { Container, ContainerPort, ResourceRequirements, VolumeMount } from "./container.ts";
import * as env from "./env.ts";
import * as probe from "./probe.ts";

const seconds = "in seconds";

export const containerDocs: readonly Documented[] = [
  partlyDocumented(Container, {
    "": "One program of a pod.",
    name: "Its name in the pod. It can't be changed.",
    image: "What it runs. The one thing about it that may change while the pod stands.",
    imagePullPolicy:
      "Always, IfNotPresent or Never. Where left out: Always for images without tag or with :latest, else IfNotPresent.",
    command: "What is run instead of the image's own program. $(NAME) stands for a variable.",
    args: "Arguments instead of the image's own. $(NAME) stands for a variable.",
    workingDir: "Where it is run; where the image says, if left out.",
    ports: "Ports that it listens on. Only for people and names: what isn't listed can be reached as well.",
    env: "Its variables.",
    envFrom: "Variables from whole ConfigMaps and Secrets; those of env win.",
    resources: "What it needs, and what it may have at most.",
    volumeMounts: "Volumes of the pod, and where it finds them.",
    livenessProbe: "When this fails, the container is started again.",
    readinessProbe: "While this fails, Services send the pod nothing.",
    startupProbe: "Until this succeeds, the other probes wait.",
    lifecycle: "What is done after its start and before its end.",
    terminationMessagePath: "A file whose content is shown as its last words.",
    terminationMessagePolicy: "File, or FallbackToLogsOnError: the end of the log where a failure left no last words.",
    restartPolicy: "Always makes an init container run on beside the others.",
    securityContext: "As whom it runs, and what it may do.",
    stdin: "Whether it has an input that clients can attach to.",
    stdinOnce: "Whether that input ends with the first client.",
    tty: "Whether it has a terminal.",
  }),
  documented(ContainerPort, {
    "": "A port that a container listens on.",
    name: "By which Services and probes may name it.",
    containerPort: "Its number in the pod.",
    hostPort: "A port of the node that leads there. At most one pod of a node can have it.",
    hostIP: "The address of the node that hostPort is bound to; all where left out.",
    protocol: "TCP, UDP or SCTP.",
  }),
  partlyDocumented(ResourceRequirements, {
    "": "What a container needs, and what it may have at most.",
    limits: "At most so much. Beyond it, CPU is held back and memory ends the container.",
    requests: "At least so much must be free on its node. The limits where left out.",
  }),
  partlyDocumented(VolumeMount, {
    "": "Where a container finds a volume of its pod.",
    name: "The volume's name.",
    mountPath: "Where.",
    readOnly: "Whether the container may only read it.",
    subPath: "Only this part of the volume.",
    subPathExpr: "The same, with $(NAME) for variables.",
  }),
  documented(env.EnvVar, {
    "": "A variable of a container.",
    name: "Its name.",
    value: "Its value. $(NAME) stands for a variable told before, $$ for a dollar sign.",
    valueFrom: "Where its value comes from, if not from value.",
  }),
  partlyDocumented(env.EnvVarSource, {
    "": "Where the value of a variable comes from.",
    fieldRef: "A field of the pod: metadata.name, status.podIP, …",
    resourceFieldRef: "What a container needs or may have.",
    configMapKeyRef: "An entry of a ConfigMap.",
    secretKeyRef: "An entry of a Secret.",
  }),
  documented(env.EnvFromSource, {
    "": "A ConfigMap or a Secret whose entries all become variables.",
    prefix: "Put before each name.",
    configMapRef: "The ConfigMap.",
    secretRef: "The Secret.",
  }),
  documented(env.ObjectFieldSelector, {
    "": "A field of the pod itself.",
    apiVersion: "The version whose names it uses.",
    fieldPath: "The field.",
  }),
  documented(env.ConfigMapKeySelector, {
    "": "An entry of a ConfigMap of the same namespace.",
    name: "The ConfigMap.",
    key: "The entry.",
    optional: "Whether it may be missing.",
  }),
  documented(env.SecretKeySelector, {
    "": "An entry of a Secret of the same namespace.",
    name: "The Secret.",
    key: "The entry.",
    optional: "Whether it may be missing.",
  }),
  documented(probe.Probe, {
    "": "A question that is asked of a container again and again. It has exactly one of exec, httpGet, tcpSocket and grpc.",
    exec: "A command in the container; exit code 0 is a success.",
    httpGet: "A request to it; a status from 200 to 399 is a success.",
    tcpSocket: "A connection to it.",
    grpc: "A gRPC health check.",
    initialDelaySeconds: `How long after its start the first question waits, ${seconds}.`,
    periodSeconds: `How often, ${seconds}.`,
    timeoutSeconds: `How long an answer may take, ${seconds}.`,
    successThreshold: "So many successes in a row after a failure count.",
    failureThreshold: "So many failures in a row count.",
    terminationGracePeriodSeconds: `How long the container has to end when the probe failed, ${seconds}; the pod's own time where left out.`,
  }),
  documented(probe.ExecAction, {
    "": "A command.",
    command: "The program and its arguments, one by one: no shell reads them.",
  }),
  documented(probe.HTTPGetAction, {
    "": "An HTTP request.",
    path: "The path.",
    port: "The port: its number, or its name.",
    host: "The host; the pod's address where left out.",
    scheme: "HTTP or HTTPS. Certificates are not checked.",
    httpHeaders: "Header lines.",
  }),
  documented(probe.HTTPHeader, { "": "A header line.", name: "Its name.", value: "Its value." }),
  documented(probe.TCPSocketAction, {
    "": "A connection.",
    port: "The port: its number, or its name.",
    host: "The host; the pod's address where left out.",
  }),
  partlyDocumented(probe.Lifecycle, {
    "": "What is done at a container's start and end.",
    postStart: "Right after its start.",
    preStop: "Before SIGTERM; its time counts as part of the grace period.",
  }),
];
