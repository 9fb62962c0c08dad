import { defaulted, object, optional, required, string } from "#machinery/schema.ts";

export class IngressClassParametersReference extends object(
  "io.k8s.api.networking.v1.IngressClassParametersReference",
  {
    apiGroup: optional(1, string, { zero: "counts" }),
    kind: required(2, string),
    name: required(3, string),
    scope: defaulted(4, string, "Cluster", { zero: "counts" }),
    namespace: optional(5, string, { zero: "counts" }),
  },
) {}

export class IngressClassSpec extends object("io.k8s.api.networking.v1.IngressClassSpec", {
  controller: optional(1, string),
  parameters: optional(2, IngressClassParametersReference),
}) {}
