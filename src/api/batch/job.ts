import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { podNameWarnings } from "../core/pod/template-warnings.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { jobColumns } from "./job/columns.ts";
import { deriveJob } from "./job/defaults.ts";
import { jobRules } from "./job/rules.ts";
import { JobSpec, JobStatus } from "./job/spec.ts";
import { jobUpdateProblems } from "./job/update-rules.ts";

export class Job extends object("io.k8s.api.batch.v1.Job", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, JobSpec),
  status: defaulted(3, JobStatus, {}),
}) {}

export const jobs = defineKind<typeof Job>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  singular: "job",
  shortNames: [],
  categories: ["all"],
  scope: "Namespaced",
  type: Job,
  subresources: [statusSubresource],
  columns: jobColumns,
  selectableFields: { "status.successful": ({ status }) => String(status.succeeded ?? 0) },
  nameRule: "dns-subdomain",
  derive: deriveJob,
  initialStatus: () => ({}),
  countsGenerations: true,
  keepsDependents: true,
  warnings: jobWarnings,
  rules: jobRules,
  updateRules: [jobUpdateProblems],
});

/** Source: WarningsOnCreate in pkg/registry/batch/job/strategy.go. */
function* jobWarnings(job: Job): Iterable<string> {
  yield* podNameWarnings(job);
  const { completionMode, completions = 0, parallelism = 0 } = job.spec;
  if (completionMode === "Indexed" && completions > 100_000 && parallelism > 10_000)
    yield "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";
}
