import { showAge } from "#machinery/age.ts";
import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { containerColumns, selectorColumn } from "../core/pod/template-columns.ts";
import { podNameWarnings } from "../core/pod/template-warnings.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { showSelector } from "../meta/show-selector.ts";
import { cronJobRules, cronJobUpdateProblems, deriveCronJob, newCronJobProblems } from "./cron-job/rules.ts";
import { CronJobSpec, CronJobStatus } from "./cron-job/spec.ts";
import { cronJobV1beta1 } from "./cron-job/v1beta1.ts";

export class CronJob extends object("io.k8s.api.batch.v1.CronJob", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, CronJobSpec),
  status: defaulted(3, CronJobStatus, {}),
}) {}

export const cronJobs = defineKind<typeof CronJob>({
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  singular: "cronjob",
  shortNames: ["cj"],
  categories: ["all"],
  scope: "Namespaced",
  type: CronJob,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    { name: "Schedule", type: "string", cell: ({ spec }) => spec.schedule, doc: "When it makes Jobs." },
    { name: "Timezone", type: "string", cell: ({ spec }) => spec.timeZone ?? "<none>", doc: "Whose hours these are." },
    {
      name: "Suspend",
      type: "string",
      cell: ({ spec }) => (spec.suspend ? "True" : "False"),
      doc: "Whether it makes none for now.",
    },
    { name: "Active", type: "integer", cell: ({ status }) => status.active?.length ?? 0, doc: "Its Jobs that run." },
    {
      name: "Last Schedule",
      type: "string",
      cell: ({ status }, now) =>
        status.lastScheduleTime === undefined ? "<none>" : showAge(status.lastScheduleTime, now),
      doc: "How long ago it last made one.",
    },
    ageColumn,
    ...containerColumns(({ spec }: CronJob) => spec.jobTemplate.spec.template),
    selectorColumn(({ spec }) => showSelector(spec.jobTemplate.spec.selector ?? {})),
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveCronJob,
  initialStatus: () => ({}),
  countsGenerations: true,
  warnings: cronJobWarnings,
  otherVersions: [cronJobV1beta1],
  rules: cronJobRules,
  createRules: [newCronJobProblems],
  updateRules: [cronJobUpdateProblems],
});

/** Source: WarningsOnCreate and WarningsOnUpdate in pkg/registry/batch/cronjob/strategy.go. */
function* cronJobWarnings(cronJob: CronJob): Iterable<string> {
  yield* podNameWarnings(cronJob);
  if (cronJob.spec.schedule.includes("TZ"))
    yield "CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
}
