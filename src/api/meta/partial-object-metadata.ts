import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "./object-meta.ts";

/** An object of which no more than its metadata is shown. */
export class PartialObjectMetadata extends object("io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata", {
  metadata: defaulted(1, ObjectMeta, {}),
}) {}
