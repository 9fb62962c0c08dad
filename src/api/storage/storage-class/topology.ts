import { list, object, optional, present, required, string } from "#machinery/schema.ts";

export class TopologySelectorLabelRequirement extends object("io.k8s.api.core.v1.TopologySelectorLabelRequirement", {
  key: required(1, string),
  values: present(2, list(string)),
}) {}

export class TopologySelectorTerm extends object(
  "io.k8s.api.core.v1.TopologySelectorTerm",
  {
    matchLabelExpressions: optional(1, list(TopologySelectorLabelRequirement)),
  },
  { atomic: true },
) {}
