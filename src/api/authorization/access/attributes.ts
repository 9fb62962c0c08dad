import { boolean, list, map, object, optional, present, required, string } from "#machinery/schema.ts";
import { LabelSelectorRequirement } from "../../meta/label-selector.ts";

export class FieldSelectorRequirement extends object("io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement", {
  key: required(1, string),
  operator: required(2, string),
  values: optional(3, list(string)),
}) {}

export class FieldSelectorAttributes extends object("io.k8s.api.authorization.v1.FieldSelectorAttributes", {
  rawSelector: optional(1, string),
  requirements: optional(2, list(FieldSelectorRequirement)),
}) {}

export class LabelSelectorAttributes extends object("io.k8s.api.authorization.v1.LabelSelectorAttributes", {
  rawSelector: optional(1, string),
  requirements: optional(2, list(LabelSelectorRequirement)),
}) {}

export class ResourceAttributes extends object("io.k8s.api.authorization.v1.ResourceAttributes", {
  namespace: optional(1, string),
  verb: optional(2, string),
  group: optional(3, string),
  version: optional(4, string),
  resource: optional(5, string),
  subresource: optional(6, string),
  name: optional(7, string),
  fieldSelector: optional(8, FieldSelectorAttributes),
  labelSelector: optional(9, LabelSelectorAttributes),
}) {}

export class NonResourceAttributes extends object("io.k8s.api.authorization.v1.NonResourceAttributes", {
  path: optional(1, string),
  verb: optional(2, string),
}) {}

export class SubjectAccessReviewSpec extends object("io.k8s.api.authorization.v1.SubjectAccessReviewSpec", {
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
  user: optional(3, string),
  groups: optional(4, list(string)),
  extra: optional(5, map(list(string))),
  uid: optional(6, string),
}) {}

export class SelfSubjectAccessReviewSpec extends object("io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec", {
  resourceAttributes: optional(1, ResourceAttributes),
  nonResourceAttributes: optional(2, NonResourceAttributes),
}) {}

export class SubjectAccessReviewStatus extends object("io.k8s.api.authorization.v1.SubjectAccessReviewStatus", {
  allowed: present(1, boolean),
  reason: optional(2, string),
  evaluationError: optional(3, string),
  denied: optional(4, boolean),
}) {}
