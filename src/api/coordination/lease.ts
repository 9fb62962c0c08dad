import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, int32, microTime, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class LeaseSpec extends object("io.k8s.api.coordination.v1.LeaseSpec", {
  holderIdentity: optional(1, string, { zero: "counts" }),
  leaseDurationSeconds: optional(2, int32(), { zero: "counts" }),
  acquireTime: optional(3, microTime),
  renewTime: optional(4, microTime),
  leaseTransitions: optional(5, int32(), { zero: "counts" }),
  strategy: optional(6, string, { zero: "counts" }),
  preferredHolder: optional(7, string, { zero: "counts" }),
}) {}

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
  rules: [leaseProblems],
  updateRules: [],
});

// Source: ValidateLeaseSpec in pkg/apis/coordination/validation.
function* leaseProblems({ spec: { leaseDurationSeconds: seconds, leaseTransitions } }: Lease): Iterable<FieldProblem> {
  if (seconds !== undefined && seconds <= 0)
    yield invalidField("spec.leaseDurationSeconds", seconds, "must be greater than 0");
  if (leaseTransitions !== undefined && leaseTransitions < 0)
    yield invalidField("spec.leaseTransitions", leaseTransitions, "must be greater than or equal to 0");
}
