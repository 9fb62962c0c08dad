import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./references.ts";

export class Binding extends object("io.k8s.api.core.v1.Binding", {
  metadata: defaulted(1, ObjectMeta, {}),
  target: required(2, ObjectReference),
}) {}
