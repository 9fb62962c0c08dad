import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { leaseProblems } from "./lease/rules.ts";
import { LeaseSpec } from "./lease/spec.ts";

/** Where every node renews the Lease by which it is known to live. Source: NamespaceNodeLease in core/v1. */
export const nodeLeaseNamespace = "kube-node-lease";

export class Lease extends object("io.k8s.api.coordination.v1.Lease", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, LeaseSpec, {}),
}) {}

export const leases = defineKind<typeof Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  singular: "lease",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: Lease,
  subresources: [],
  columns: [
    nameColumn,
    { name: "Holder", type: "string", cell: ({ spec }) => spec.holderIdentity ?? "", doc: "Who holds it." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  updatesNameVersion: true,
  rules: [leaseProblems],
  updateRules: [],
});
