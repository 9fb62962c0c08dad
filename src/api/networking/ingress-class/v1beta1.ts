import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { IngressClassSpec } from "./spec.ts";

export class IngressClassV1beta1 extends object("io.k8s.api.networking.v1beta1.IngressClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, IngressClassSpec, {}),
}) {}

export const ingressClassV1beta1 = defineVersion<typeof IngressClassV1beta1, unknown>({
  group: "networking.k8s.io",
  version: "v1beta1",
  type: IngressClassV1beta1,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  deprecation: { deprecatedIn: "v1.19", removedIn: "v1.22", use: "networking.k8s.io/v1" },
});
