import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { IPAddressSpec } from "./spec.ts";

export class IPAddressV1beta1 extends object("io.k8s.api.networking.v1beta1.IPAddress", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, IPAddressSpec),
}) {}

export const ipAddressV1beta1 = defineVersion<typeof IPAddressV1beta1, unknown>({
  group: "networking.k8s.io",
  version: "v1beta1",
  type: IPAddressV1beta1,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  deprecation: { deprecatedIn: "v1.34", removedIn: "v1.37", use: "networking.k8s.io/v1" },
});
