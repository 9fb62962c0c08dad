import { defaulted, object, optional } from "#machinery/schema.ts";
import { DeleteOptions } from "../meta/delete-options.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class Eviction extends object("io.k8s.api.policy.v1.Eviction", {
  metadata: defaulted(1, ObjectMeta, {}),
  deleteOptions: optional(2, DeleteOptions),
}) {}
