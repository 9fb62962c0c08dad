import { daemonSets } from "#api/apps/daemon-set.ts";
import { deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { statefulSets } from "#api/apps/stateful-set.ts";
import { cronJobs } from "#api/batch/cron-job.ts";
import { jobs } from "#api/batch/job.ts";
import type { PodTemplateSpec } from "#api/core/pod/spec.ts";
import { podTemplates } from "#api/core/pod-template.ts";
import { replicationControllers } from "#api/core/replication-controller.ts";
import { type ApiObject, isOf } from "../object.ts";

/** Where objects stand that pods are made after, as plugins name such places. */
export const templatePlaces: readonly string[] = [
  podTemplates,
  replicationControllers,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  jobs,
  cronJobs,
].map(({ group, plural }) => `${group}/${plural}`);

/** What pods are made after by an object; undefined: it makes none. */
export function templateOf(object: ApiObject): PodTemplateSpec | undefined {
  if (isOf(podTemplates, object)) return object.template;
  if (isOf(cronJobs, object)) return object.spec.jobTemplate.spec.template;
  for (const kind of [deployments, replicaSets, statefulSets, daemonSets, jobs, replicationControllers] as const)
    if (isOf<typeof kind.type>(kind, object)) return object.spec.template;
  return undefined;
}
