import { boolean, defaulted, list, listMap, object, optional } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { LocalObjectReference, ObjectReference } from "./references.ts";

export class ServiceAccount extends object("io.k8s.api.core.v1.ServiceAccount", {
  metadata: defaulted(1, ObjectMeta, {}),
  secrets: optional(2, listMap(ObjectReference, ["name"])),
  imagePullSecrets: optional(3, list(LocalObjectReference)),
  automountServiceAccountToken: optional(4, boolean, { zero: "counts" }),
}) {}
