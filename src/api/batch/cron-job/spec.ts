import {
  boolean,
  defaulted,
  int32,
  int64,
  list,
  object,
  oneOf,
  optional,
  required,
  string,
  time,
} from "#machinery/schema.ts";
import { ObjectReference } from "../../core/references.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { JobSpec } from "../job/spec.ts";

export class JobTemplateSpec extends object("io.k8s.api.batch.v1.JobTemplateSpec", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, JobSpec),
}) {}

export class CronJobSpec extends object("io.k8s.api.batch.v1.CronJobSpec", {
  schedule: required(1, string),
  startingDeadlineSeconds: optional(2, int64(), { zero: "counts" }),
  concurrencyPolicy: defaulted(3, oneOf("Allow", "Forbid", "Replace"), "Allow"),
  suspend: defaulted(4, boolean, false, { zero: "counts" }),
  jobTemplate: required(5, JobTemplateSpec),
  successfulJobsHistoryLimit: defaulted(6, int32(), 3, { zero: "counts" }),
  failedJobsHistoryLimit: defaulted(7, int32(), 1, { zero: "counts" }),
  timeZone: optional(8, string, { zero: "counts" }),
}) {}

export class CronJobStatus extends object("io.k8s.api.batch.v1.CronJobStatus", {
  active: optional(1, list(ObjectReference)),
  lastScheduleTime: optional(4, time),
  lastSuccessfulTime: optional(5, time),
}) {}
