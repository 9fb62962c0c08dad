import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { showSelector } from "../meta/show-selector.ts";
import { extensionsNetworkPolicy } from "./network-policy/extensions-v1beta1.ts";
import { deriveNetworkPolicy, networkPolicyProblems, networkPolicyWarnings } from "./network-policy/rules.ts";
import { NetworkPolicySpec } from "./network-policy/spec.ts";

export class NetworkPolicy extends object("io.k8s.api.networking.v1.NetworkPolicy", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, NetworkPolicySpec, {}),
}) {}

/** Source of the columns: printNetworkPolicy in pkg/printers/internalversion/printers.go. */
export const networkPolicies = defineKind<typeof NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  singular: "networkpolicy",
  shortNames: ["netpol"],
  categories: [],
  scope: "Namespaced",
  type: NetworkPolicy,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Pod-Selector",
      type: "string",
      cell: ({ spec }) => showSelector(spec.podSelector),
      doc: "The pods that it is about.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveNetworkPolicy,
  initialStatus: undefined,
  countsGenerations: true,
  rules: [networkPolicyProblems],
  updateRules: [],
  warnings: networkPolicyWarnings,
  otherVersions: [extensionsNetworkPolicy],
});
