import {
  boolean,
  defaulted,
  inlined,
  int32,
  list,
  listMap,
  map,
  object,
  oneOf,
  optional,
  quantity,
  required,
  set,
  string,
} from "#machinery/schema.ts";
import { EnvFromSource, EnvVar } from "./env.ts";
import { Lifecycle, Probe } from "./probe.ts";
import { SecurityContext } from "./security.ts";

export class ContainerPort extends object("io.k8s.api.core.v1.ContainerPort", {
  name: optional(1, string),
  hostPort: optional(2, int32()),
  containerPort: required(3, int32()),
  protocol: defaulted(4, oneOf("TCP", "UDP", "SCTP"), "TCP"),
  hostIP: optional(5, string),
}) {}

export class ContainerResizePolicy extends object("io.k8s.api.core.v1.ContainerResizePolicy", {
  resourceName: required(1, string),
  restartPolicy: required(2, string),
}) {}

export class ResourceClaim extends object("io.k8s.api.core.v1.ResourceClaim", {
  name: required(1, string),
  request: optional(2, string),
}) {}

export class ResourceRequirements extends object("io.k8s.api.core.v1.ResourceRequirements", {
  limits: optional(1, map(quantity)),
  requests: optional(2, map(quantity)),
  claims: optional(3, listMap(ResourceClaim, ["name"], { patch: false })),
}) {}

export class ContainerRestartRuleOnExitCodes extends object("io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes", {
  operator: required(1, string),
  values: optional(2, set(int32(), { patch: false })),
}) {}

export class ContainerRestartRule extends object("io.k8s.api.core.v1.ContainerRestartRule", {
  action: required(1, string),
  exitCodes: optional(2, ContainerRestartRuleOnExitCodes),
}) {}

export class VolumeDevice extends object("io.k8s.api.core.v1.VolumeDevice", {
  name: required(1, string),
  devicePath: required(2, string),
}) {}

export class VolumeMount extends object("io.k8s.api.core.v1.VolumeMount", {
  name: required(1, string),
  readOnly: optional(2, boolean),
  mountPath: required(3, string),
  subPath: optional(4, string),
  mountPropagation: optional(5, string, { zero: "counts" }),
  subPathExpr: optional(6, string),
  recursiveReadOnly: optional(7, string, { zero: "counts" }),
}) {}

export class Container extends object("io.k8s.api.core.v1.Container", {
  name: required(1, string),
  image: optional(2, string),
  command: optional(3, list(string)),
  args: optional(4, list(string)),
  workingDir: optional(5, string),
  ports: optional(6, listMap(ContainerPort, ["containerPort", "protocol"])),
  env: optional(7, listMap(EnvVar, ["name"])),
  resources: defaulted(8, ResourceRequirements, {}),
  volumeMounts: optional(9, listMap(VolumeMount, ["mountPath"])),
  livenessProbe: optional(10, Probe),
  readinessProbe: optional(11, Probe),
  lifecycle: optional(12, Lifecycle),
  terminationMessagePath: defaulted(13, string, "/dev/termination-log"),
  imagePullPolicy: optional(14, oneOf("Always", "IfNotPresent", "Never")),
  securityContext: optional(15, SecurityContext),
  stdin: optional(16, boolean),
  stdinOnce: optional(17, boolean),
  tty: optional(18, boolean),
  envFrom: optional(19, list(EnvFromSource)),
  terminationMessagePolicy: defaulted(20, oneOf("File", "FallbackToLogsOnError"), "File"),
  volumeDevices: optional(21, listMap(VolumeDevice, ["devicePath"])),
  startupProbe: optional(22, Probe),
  resizePolicy: optional(23, list(ContainerResizePolicy)),
  restartPolicy: optional(24, string, { zero: "counts" }),
  restartPolicyRules: optional(25, list(ContainerRestartRule)),
}) {}

export class EphemeralContainer extends object("io.k8s.api.core.v1.EphemeralContainer", {
  ...inlined(1, {
    args: optional(4, list(string)),
    command: optional(3, list(string)),
    env: optional(7, listMap(EnvVar, ["name"])),
    envFrom: optional(19, list(EnvFromSource)),
    image: optional(2, string),
    imagePullPolicy: optional(14, oneOf("Always", "IfNotPresent", "Never")),
    lifecycle: optional(12, Lifecycle),
    livenessProbe: optional(10, Probe),
    name: required(1, string),
    ports: optional(6, listMap(ContainerPort, ["containerPort", "protocol"])),
    readinessProbe: optional(11, Probe),
    resizePolicy: optional(23, list(ContainerResizePolicy)),
    resources: defaulted(8, ResourceRequirements, {}),
    restartPolicy: optional(24, string, { zero: "counts" }),
    restartPolicyRules: optional(25, list(ContainerRestartRule)),
    securityContext: optional(15, SecurityContext),
    startupProbe: optional(22, Probe),
    stdin: optional(16, boolean),
    stdinOnce: optional(17, boolean),
    terminationMessagePath: defaulted(13, string, "/dev/termination-log"),
    terminationMessagePolicy: defaulted(20, oneOf("File", "FallbackToLogsOnError"), "File"),
    tty: optional(18, boolean),
    volumeDevices: optional(21, listMap(VolumeDevice, ["devicePath"])),
    volumeMounts: optional(9, listMap(VolumeMount, ["mountPath"])),
    workingDir: optional(5, string),
  }),
  targetContainerName: optional(2, string),
}) {}
