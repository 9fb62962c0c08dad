import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { NetworkPolicySpec } from "./spec.ts";

export class ExtensionsNetworkPolicy extends object("io.k8s.api.extensions.v1beta1.NetworkPolicy", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, NetworkPolicySpec, {}),
}) {}

export const extensionsNetworkPolicy = defineVersion<typeof ExtensionsNetworkPolicy, unknown>({
  group: "extensions",
  version: "v1beta1",
  type: ExtensionsNetworkPolicy,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  deprecation: { deprecatedIn: "v1.9", removedIn: "v1.16", use: "networking.k8s.io/v1" },
});
