import { boolean, int64, list, object, optional, string } from "#machinery/schema.ts";

export class Preconditions extends object("io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions", {
  uid: optional(1, string, { zero: "counts" }),
  resourceVersion: optional(2, string, { zero: "counts" }),
}) {}

/** The body of a deletion. */
export class DeleteOptions extends object("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", {
  gracePeriodSeconds: optional(1, int64(), { zero: "counts" }),
  preconditions: optional(2, Preconditions),
  orphanDependents: optional(3, boolean, { zero: "counts" }),
  propagationPolicy: optional(4, string, { zero: "counts" }),
  dryRun: optional(5, list(string)),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(6, boolean, { zero: "counts" }),
}) {}
