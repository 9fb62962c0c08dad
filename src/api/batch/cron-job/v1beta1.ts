import { defineVersion, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { CronJobSpec, CronJobStatus } from "./spec.ts";

export class CronJobV1beta1 extends object("io.k8s.api.batch.v1beta1.CronJob", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, CronJobSpec),
  status: defaulted(3, CronJobStatus, {}),
}) {}

export const cronJobV1beta1 = defineVersion<typeof CronJobV1beta1, unknown>({
  group: "batch",
  version: "v1beta1",
  type: CronJobV1beta1,
  derive: unchanged,
  toHub: unchanged,
  fromHub: unchanged,
  deprecation: { deprecatedIn: "v1.21", removedIn: "v1.25", use: "batch/v1" },
});
