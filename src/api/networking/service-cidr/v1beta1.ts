import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { ServiceCIDRSpec, ServiceCIDRStatus } from "./spec.ts";

export class ServiceCIDRV1beta1 extends object("io.k8s.api.networking.v1beta1.ServiceCIDR", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, ServiceCIDRSpec, {}),
  status: defaulted(3, ServiceCIDRStatus, {}),
}) {}

export const serviceCidrV1beta1 = defineVersion<typeof ServiceCIDRV1beta1, unknown>({
  group: "networking.k8s.io",
  version: "v1beta1",
  type: ServiceCIDRV1beta1,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  deprecation: { deprecatedIn: "v1.34", removedIn: "v1.37", use: "networking.k8s.io/v1" },
});
