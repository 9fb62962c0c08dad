import { controllerUidLabel, jobNameLabel, oldControllerUidLabel, oldJobNameLabel } from "#api/batch/job/labels.ts";
import { type Job, jobs } from "#api/batch/job.ts";
import { isOf, named } from "../object.ts";
import type { Strategy } from "./strategy.ts";

/**
 * A Job knows its pods by its own uid, so that no other's are mistaken for them, unless its owner chooses otherwise.
 * Source: generateSelectorIfNeeded in pkg/registry/batch/job/strategy.go.
 */
export const jobStrategy: Strategy = {
  prepareCreate: (object) =>
    isOf(jobs, object) ? named(jobs, withLabels(object.spec.manualSelector ? object : withSelector(object))) : object,
  prepareUpdate: (next) => (isOf(jobs, next) ? named(jobs, withLabels(next)) : next),
};

/** A Job without labels has those of its template, the generated ones among them. Source: SetDefaults_Job. */
function withLabels(job: Job): Job {
  const labels = job.metadata.labels ?? job.spec.template.metadata.labels;
  return labels === undefined ? job : { ...job, metadata: { ...job.metadata, labels } };
}

function withSelector(job: Job): Job {
  const { metadata, spec } = job;
  const { name = "", uid } = metadata; // nameless ones are refused later
  const generated = {
    [oldJobNameLabel]: name,
    [jobNameLabel]: name,
    [oldControllerUidLabel]: uid,
    [controllerUidLabel]: uid,
  };
  const { template, selector } = spec;
  const labels = { ...generated, ...template.metadata.labels }; // a wrong one of the client's is refused afterwards
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels: { [controllerUidLabel]: uid, ...selector?.matchLabels } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
