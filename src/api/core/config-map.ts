import { boolean, bytes, defaulted, map, object, optional, string } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class ConfigMap extends object("io.k8s.api.core.v1.ConfigMap", {
  metadata: defaulted(1, ObjectMeta, {}),
  data: optional(2, map(string)),
  binaryData: optional(3, map(bytes)),
  immutable: optional(4, boolean, { zero: "counts" }),
}) {}
