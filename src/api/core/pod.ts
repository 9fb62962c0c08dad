import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { PodSpec } from "./pod/spec.ts";
import { PodStatus } from "./pod/status.ts";

export class Pod extends object("io.k8s.api.core.v1.Pod", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, PodSpec),
  status: defaulted(3, PodStatus, {}),
}) {}
