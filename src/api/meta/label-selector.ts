import { list, map, object, oneOf, optional, required, string } from "#machinery/schema.ts";

export class LabelSelectorRequirement extends object("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement", {
  key: required(1, string),
  operator: required(2, oneOf("In", "NotIn", "Exists", "DoesNotExist")),
  values: optional(3, list(string)),
}) {}

export class LabelSelector extends object(
  "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
  {
    matchLabels: optional(1, map(string)),
    matchExpressions: optional(2, list(LabelSelectorRequirement)),
  },
  { atomic: true },
) {}
