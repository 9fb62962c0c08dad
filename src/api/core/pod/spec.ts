import {
  boolean,
  defaulted,
  int32,
  int64,
  list,
  listMap,
  map,
  object,
  oneOf,
  optional,
  quantity,
  required,
  string,
} from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { LocalObjectReference } from "../references.ts";
import { Container, EphemeralContainer, ResourceRequirements } from "./container.ts";
import {
  Affinity,
  PodResourceClaim,
  PodSchedulingGate,
  PodSchedulingGroup,
  Toleration,
  TopologySpreadConstraint,
} from "./scheduling.ts";
import { PodSecurityContext } from "./security.ts";
import { Volume } from "./volumes.ts";

export class HostAlias extends object("io.k8s.api.core.v1.HostAlias", {
  ip: required(1, string),
  hostnames: optional(2, list(string)),
}) {}

export class PodDNSConfigOption extends object("io.k8s.api.core.v1.PodDNSConfigOption", {
  name: optional(1, string),
  value: optional(2, string, { zero: "counts" }),
}) {}

export class PodDNSConfig extends object("io.k8s.api.core.v1.PodDNSConfig", {
  nameservers: optional(1, list(string)),
  searches: optional(2, list(string)),
  options: optional(3, list(PodDNSConfigOption)),
}) {}

export class PodOS extends object("io.k8s.api.core.v1.PodOS", {
  name: required(1, string),
}) {}

export class PodReadinessGate extends object("io.k8s.api.core.v1.PodReadinessGate", {
  conditionType: required(1, string),
}) {}

export class PodSpec extends object("io.k8s.api.core.v1.PodSpec", {
  volumes: optional(1, listMap(Volume, ["name"])),
  containers: required(2, listMap(Container, ["name"])),
  restartPolicy: defaulted(3, oneOf("Always", "OnFailure", "Never"), "Always"),
  terminationGracePeriodSeconds: defaulted(4, int64(), 30, { zero: "counts" }),
  activeDeadlineSeconds: optional(5, int64(), { zero: "counts" }),
  dnsPolicy: defaulted(6, oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"), "ClusterFirst"),
  nodeSelector: optional(7, map(string, { atomic: true })),
  serviceAccountName: optional(8, string),
  serviceAccount: optional(9, string),
  nodeName: optional(10, string),
  hostNetwork: optional(11, boolean),
  hostPID: optional(12, boolean),
  hostIPC: optional(13, boolean),
  securityContext: defaulted(14, PodSecurityContext, {}),
  imagePullSecrets: optional(15, listMap(LocalObjectReference, ["name"])),
  hostname: optional(16, string),
  subdomain: optional(17, string),
  affinity: optional(18, Affinity),
  schedulerName: defaulted(19, string, "default-scheduler"),
  initContainers: optional(20, listMap(Container, ["name"])),
  automountServiceAccountToken: optional(21, boolean, { zero: "counts" }),
  tolerations: optional(22, list(Toleration)),
  hostAliases: optional(23, listMap(HostAlias, ["ip"])),
  priorityClassName: optional(24, string),
  priority: optional(25, int32(), { zero: "counts" }),
  dnsConfig: optional(26, PodDNSConfig),
  shareProcessNamespace: optional(27, boolean, { zero: "counts" }),
  readinessGates: optional(28, list(PodReadinessGate)),
  runtimeClassName: optional(29, string, { zero: "counts" }),
  enableServiceLinks: defaulted(30, boolean, true, { zero: "counts" }),
  preemptionPolicy: optional(31, oneOf("PreemptLowerPriority", "Never"), { zero: "counts" }),
  overhead: optional(32, map(quantity)),
  topologySpreadConstraints: optional(33, listMap(TopologySpreadConstraint, ["topologyKey", "whenUnsatisfiable"])),
  ephemeralContainers: optional(34, listMap(EphemeralContainer, ["name"])),
  setHostnameAsFQDN: optional(35, boolean, { zero: "counts" }),
  os: optional(36, PodOS),
  hostUsers: optional(37, boolean, { zero: "counts" }),
  schedulingGates: optional(38, listMap(PodSchedulingGate, ["name"])),
  resourceClaims: optional(39, listMap(PodResourceClaim, ["name"])),
  resources: optional(40, ResourceRequirements),
  hostnameOverride: optional(41, string, { zero: "counts" }),
  schedulingGroup: optional(43, PodSchedulingGroup),
}) {}

export class PodTemplateSpec extends object("io.k8s.api.core.v1.PodTemplateSpec", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, PodSpec),
}) {}
