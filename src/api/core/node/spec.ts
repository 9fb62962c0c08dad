import { boolean, list, object, oneOf, optional, required, set, string, time } from "#machinery/schema.ts";

export class ConfigMapNodeConfigSource extends object("io.k8s.api.core.v1.ConfigMapNodeConfigSource", {
  namespace: required(1, string),
  name: required(2, string),
  uid: optional(3, string),
  resourceVersion: optional(4, string),
  kubeletConfigKey: required(5, string),
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
