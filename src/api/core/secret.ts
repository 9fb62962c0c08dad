import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class Secret extends object("io.k8s.api.core.v1.Secret", {
  metadata: defaulted(1, ObjectMeta, {}),
  data: optional(2, map(bytes)),
  type: defaulted(3, string, "Opaque"),
  stringData: optional(4, map(string)),
  immutable: optional(5, boolean, { zero: "counts" }),
}) {}
