import { int32, microTime, object, optional, string } from "#machinery/schema.ts";

export class LeaseSpec extends object("io.k8s.api.coordination.v1.LeaseSpec", {
  holderIdentity: optional(1, string, { zero: "counts" }),
  leaseDurationSeconds: optional(2, int32(), { zero: "counts" }),
  acquireTime: optional(3, microTime),
  renewTime: optional(4, microTime),
  leaseTransitions: optional(5, int32(), { zero: "counts" }),
  strategy: optional(6, string, { zero: "counts" }),
  preferredHolder: optional(7, string, { zero: "counts" }),
}) {}
