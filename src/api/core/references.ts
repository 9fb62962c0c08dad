import { list, object, oneOf, optional, present, required, string } from "#machinery/schema.ts";

export class LocalObjectReference extends object(
  "io.k8s.api.core.v1.LocalObjectReference",
  {
    name: optional(1, string),
  },
  { atomic: true },
) {}

export class NodeSelectorRequirement extends object("io.k8s.api.core.v1.NodeSelectorRequirement", {
  key: required(1, string),
  operator: required(2, oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")),
  values: optional(3, list(string)),
}) {}

export class NodeSelectorTerm extends object(
  "io.k8s.api.core.v1.NodeSelectorTerm",
  {
    matchExpressions: optional(1, list(NodeSelectorRequirement)),
    matchFields: optional(2, list(NodeSelectorRequirement)),
  },
  { atomic: true },
) {}

export class NodeSelector extends object(
  "io.k8s.api.core.v1.NodeSelector",
  {
    nodeSelectorTerms: present(1, list(NodeSelectorTerm)),
  },
  { atomic: true },
) {}

export class ObjectReference extends object(
  "io.k8s.api.core.v1.ObjectReference",
  {
    kind: optional(1, string),
    namespace: optional(2, string),
    name: optional(3, string),
    uid: optional(4, string),
    apiVersion: optional(5, string),
    resourceVersion: optional(6, string),
    fieldPath: optional(7, string),
  },
  { atomic: true },
) {}

export class TypedLocalObjectReference extends object(
  "io.k8s.api.core.v1.TypedLocalObjectReference",
  {
    apiGroup: optional(1, string, { zero: "counts" }),
    kind: required(2, string),
    name: required(3, string),
  },
  { atomic: true },
) {}

export class TypedObjectReference extends object("io.k8s.api.core.v1.TypedObjectReference", {
  apiGroup: optional(1, string, { zero: "counts" }),
  kind: required(2, string),
  name: required(3, string),
  namespace: optional(4, string, { zero: "counts" }),
}) {}
