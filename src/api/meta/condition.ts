import { int64, object, optional, present, string, time } from "#machinery/schema.ts";

export class Condition extends object("io.k8s.apimachinery.pkg.apis.meta.v1.Condition", {
  type: present(1, string),
  status: present(2, string),
  observedGeneration: optional(3, int64()),
  lastTransitionTime: present(4, time),
  reason: present(5, string),
  message: present(6, string),
}) {}
