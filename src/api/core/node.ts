import { ageColumn, nameColumn } from "#machinery/columns.ts";
import {
  duplicateField,
  type FieldProblem,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { cidrProblems } from "#machinery/rules/addresses.ts";
import { labelKeyTrouble, labelValueTrouble } from "#machinery/rules/names.ts";
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
  present,
  quantity,
  required,
  set,
  string,
  time,
} from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class AttachedVolume extends object("io.k8s.api.core.v1.AttachedVolume", {
  name: present(1, string),
  devicePath: present(2, string),
}) {}

export class ConfigMapNodeConfigSource extends object("io.k8s.api.core.v1.ConfigMapNodeConfigSource", {
  namespace: required(1, string),
  name: required(2, string),
  uid: optional(3, string),
  resourceVersion: optional(4, string),
  kubeletConfigKey: required(5, string),
}) {}

export class ContainerImage extends object("io.k8s.api.core.v1.ContainerImage", {
  names: optional(1, list(string)),
  sizeBytes: optional(2, int64()),
}) {}

export class DaemonEndpoint extends object("io.k8s.api.core.v1.DaemonEndpoint", {
  Port: present(1, int32()),
}) {}

export class NodeConfigSource extends object("io.k8s.api.core.v1.NodeConfigSource", {
  configMap: optional(2, ConfigMapNodeConfigSource),
}) {}

export class Taint extends object("io.k8s.api.core.v1.Taint", {
  key: required(1, string),
  value: optional(2, string),
  effect: required(3, oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")),
  timeAdded: optional(4, time),
}) {}

export class NodeSpec extends object("io.k8s.api.core.v1.NodeSpec", {
  podCIDR: optional(1, string),
  externalID: optional(2, string),
  providerID: optional(3, string),
  unschedulable: optional(4, boolean),
  taints: optional(5, list(Taint)),
  configSource: optional(6, NodeConfigSource),
  podCIDRs: optional(7, set(string, { patch: true })),
}) {}

export class NodeAddress extends object("io.k8s.api.core.v1.NodeAddress", {
  type: present(1, string),
  address: present(2, string),
}) {}

export class NodeCondition extends object("io.k8s.api.core.v1.NodeCondition", {
  type: present(1, string),
  status: present(2, string),
  lastHeartbeatTime: optional(3, time),
  lastTransitionTime: optional(4, time),
  reason: optional(5, string),
  message: optional(6, string),
}) {}

export class NodeConfigStatus extends object("io.k8s.api.core.v1.NodeConfigStatus", {
  assigned: optional(1, NodeConfigSource),
  active: optional(2, NodeConfigSource),
  lastKnownGood: optional(3, NodeConfigSource),
  error: optional(4, string),
}) {}

export class NodeDaemonEndpoints extends object("io.k8s.api.core.v1.NodeDaemonEndpoints", {
  kubeletEndpoint: optional(1, DaemonEndpoint),
}) {}

export class NodeFeatures extends object("io.k8s.api.core.v1.NodeFeatures", {
  supplementalGroupsPolicy: optional(1, boolean, { zero: "counts" }),
}) {}

export class NodeSwapStatus extends object("io.k8s.api.core.v1.NodeSwapStatus", {
  capacity: optional(1, int64(), { zero: "counts" }),
}) {}

export class NodeSystemInfo extends object("io.k8s.api.core.v1.NodeSystemInfo", {
  machineID: present(1, string),
  systemUUID: present(2, string),
  bootID: present(3, string),
  kernelVersion: present(4, string),
  osImage: present(5, string),
  containerRuntimeVersion: present(6, string),
  kubeletVersion: present(7, string),
  kubeProxyVersion: present(8, string),
  operatingSystem: present(9, string),
  architecture: present(10, string),
  swap: optional(11, NodeSwapStatus),
}) {}

export class NodeRuntimeHandlerFeatures extends object("io.k8s.api.core.v1.NodeRuntimeHandlerFeatures", {
  recursiveReadOnlyMounts: optional(1, boolean, { zero: "counts" }),
  userNamespaces: optional(2, boolean, { zero: "counts" }),
}) {}

export class NodeRuntimeHandler extends object("io.k8s.api.core.v1.NodeRuntimeHandler", {
  name: optional(1, string),
  features: optional(2, NodeRuntimeHandlerFeatures),
}) {}

export class NodeStatus extends object("io.k8s.api.core.v1.NodeStatus", {
  capacity: optional(1, map(quantity)),
  allocatable: optional(2, map(quantity)),
  phase: optional(3, string),
  conditions: optional(4, listMap(NodeCondition, ["type"])),
  addresses: optional(5, listMap(NodeAddress, ["type"])),
  daemonEndpoints: optional(6, NodeDaemonEndpoints),
  nodeInfo: optional(7, NodeSystemInfo),
  images: optional(8, list(ContainerImage)),
  volumesInUse: optional(9, list(string)),
  volumesAttached: optional(10, list(AttachedVolume)),
  config: optional(11, NodeConfigStatus),
  runtimeHandlers: optional(12, list(NodeRuntimeHandler)),
  features: optional(13, NodeFeatures),
  declaredFeatures: optional(14, list(string)),
}) {}

export class Node extends object("io.k8s.api.core.v1.Node", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, NodeSpec, {}),
  status: defaulted(3, NodeStatus, {}),
}) {}

export const nodes = defineKind<typeof Node>({
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  singular: "node",
  shortNames: ["no"],
  categories: [],
  scope: "Cluster",
  type: Node,
  subresources: [{ name: "proxy", verbs: ["create", "delete", "get", "patch", "update"] }, statusSubresource],
  columns: [
    nameColumn,
    { name: "Status", type: "string", cell: readiness, doc: "Ready or not, and whether pods may be placed on it." },
    { name: "Roles", type: "string", cell: roles, doc: "From its labels node-role.kubernetes.io/…." },
    ageColumn,
    {
      name: "Version",
      type: "string",
      cell: ({ status }) => status.nodeInfo?.kubeletVersion ?? "",
      doc: "Of its agent.",
    },
    {
      name: "Internal-IP",
      type: "string",
      cell: (node) => addressOf(node, "InternalIP"),
      wide: true,
      doc: "In the cluster.",
    },
    {
      name: "External-IP",
      type: "string",
      cell: (node) => addressOf(node, "ExternalIP"),
      wide: true,
      doc: "From outside.",
    },
    {
      name: "OS-Image",
      type: "string",
      cell: ({ status }) => status.nodeInfo?.osImage || "<unknown>",
      wide: true,
      doc: "Its system.",
    },
    {
      name: "Kernel-Version",
      type: "string",
      cell: ({ status }) => status.nodeInfo?.kernelVersion || "<unknown>",
      wide: true,
      doc: "Its kernel.",
    },
    {
      name: "Container-Runtime",
      type: "string",
      cell: ({ status }) => status.nodeInfo?.containerRuntimeVersion || "<unknown>",
      wide: true,
      doc: "What runs its containers.",
    },
  ],
  selectableFields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
  nameRule: "dns-subdomain",
  derive: unchanged,
  // Agents register with their status in one request.
  initialStatus: ({ status }) => status,
  rules: [nodeProblems],
  updateRules: [],
});

// Source: printNode in pkg/printers/internalversion/printers.go.
function readiness({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const shown = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return spec.unschedulable ? `${shown},SchedulingDisabled` : shown;
}

const roleLabel = "node-role.kubernetes.io/";
function roles({ metadata: { labels = {} } }: Node): string {
  const named = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(roleLabel)) return key.length > roleLabel.length ? [key.slice(roleLabel.length)] : [];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return [...new Set(named)].toSorted().join(",") || "<none>";
}

const addressOf = ({ status }: Node, wanted: string): string =>
  status.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>";

const effects: readonly string[] = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

// Source: validateNodeTaints and ValidateNode in pkg/apis/core/validation/validation.go, which by mistake tells taints below metadata.
function* nodeProblems({ spec: { taints = [], podCIDRs = [] } }: Node): Iterable<FieldProblem> {
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const { key, value = "", effect } = taint;
    const path = `spec.taints[${i}]`;
    for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
    const troubles = labelValueTrouble(value);
    if (troubles.length > 0) yield invalidField(`${path}.value`, value, troubles.join(";"));
    if (!effects.includes(effect))
      yield effect.length === 0 ? requiredField(`${path}.effect`) : unsupportedField(`${path}.effect`, effect, effects);
    if (seen.has(`${key}:${effect}`))
      yield { ...duplicateField(path, taint), detail: "taints must be unique by key and effect pair" };
    seen.add(`${key}:${effect}`);
  }
  for (const [i, cidr] of podCIDRs.entries()) yield* cidrProblems(`spec.podCIDRs[${i}]`, cidr);
}
