import { ListMeta } from "#machinery/list-meta.ts";
import { defaulted, int32, list, object, optional, string } from "#machinery/schema.ts";

class StatusCause extends object("io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause", {
  reason: optional(1, string),
  message: optional(2, string),
  field: optional(3, string),
}) {}

class StatusDetails extends object("io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails", {
  name: optional(1, string),
  group: optional(2, string),
  kind: optional(3, string),
  causes: optional(4, list(StatusCause)),
  retryAfterSeconds: optional(5, int32()),
  uid: optional(6, string),
}) {}

/** An answer that holds no object. */
export class Status extends object("io.k8s.apimachinery.pkg.apis.meta.v1.Status", {
  metadata: defaulted(1, ListMeta, {}),
  status: optional(2, string),
  message: optional(3, string),
  reason: optional(4, string),
  details: optional(5, StatusDetails),
  code: optional(6, int32()),
}) {}
