import { int64, object, optional, string } from "./schema.ts";

/** What is said of a list beside its items. */
export class ListMeta extends object("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", {
  selfLink: optional(1, string),
  resourceVersion: optional(2, string),
  continue: optional(3, string),
  remainingItemCount: optional(4, int64(), { zero: "counts" }),
}) {}
