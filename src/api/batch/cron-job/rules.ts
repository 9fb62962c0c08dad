import { type FieldProblem, invalidField, requiredField, unsupportedField } from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { isTimeZone } from "#machinery/time-zone.ts";
import { deriveTemplate } from "../../core/pod/defaults.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { jobSpecProblems } from "../job/rules.ts";
import { scheduleTrouble } from "./schedule.ts";
import type { CronJobSpec } from "./spec.ts";

// Source: validateCronJobSpec in pkg/apis/batch/validation/validation.go.

interface Subject {
  readonly metadata: ObjectMeta;
  readonly spec: CronJobSpec;
}
type Problems = Iterable<FieldProblem>;

export function deriveCronJob<C extends Subject>(cronJob: C): C {
  const { spec } = cronJob;
  const { jobTemplate } = spec;
  const template = deriveTemplate(jobTemplate.spec.template);
  return {
    ...cronJob,
    spec: { ...spec, jobTemplate: { ...jobTemplate, spec: { ...jobTemplate.spec, template } } },
  };
}

export const cronJobRules: readonly ((cronJob: Subject) => Problems)[] = [
  scheduleProblems,
  ({ spec }) => negativeProblems("spec.startingDeadlineSeconds", spec.startingDeadlineSeconds),
  jobTemplateProblems,
  ({ spec }) => negativeProblems("spec.successfulJobsHistoryLimit", spec.successfulJobsHistoryLimit),
  ({ spec }) => negativeProblems("spec.failedJobsHistoryLimit", spec.failedJobsHistoryLimit),
];

const namesZone = (schedule: string): boolean => schedule.includes("TZ");

function* scheduleProblems({ spec: { schedule } }: Subject): Problems {
  const path = "spec.schedule";
  if (schedule === "") yield requiredField(path);
  else {
    const trouble = scheduleTrouble(schedule);
    if (trouble !== undefined) yield invalidField(path, schedule, trouble);
  }
}

function* jobTemplateProblems({ spec: { jobTemplate } }: Subject): Problems {
  const path = "spec.jobTemplate.spec";
  const { selector, manualSelector } = jobTemplate.spec;
  yield* jobSpecProblems(path, jobTemplate.spec);
  if (selector !== undefined) yield invalidField(`${path}.selector`, selector, "`selector` will be auto-generated");
  if (manualSelector === true) yield unsupportedField(`${path}.manualSelector`, manualSelector, ["nil", "false"]);
}

/** Each Job of it is called by its name, a dash and ten digits. */
const longestName = 63 - 11;

/** What was let in before stays. */
export function* newCronJobProblems({ metadata: { name = "" }, spec }: Subject): Problems {
  yield* zonedScheduleProblems(spec, false);
  yield* timeZoneProblems(spec);
  if (name.length > longestName) yield invalidField("metadata.name", name, "must be no more than 52 characters");
}

export function* cronJobUpdateProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  yield* zonedScheduleProblems(next, namesZone(old.schedule));
  if (next.timeZone !== old.timeZone) yield* timeZoneProblems(next);
}

function* zonedScheduleProblems({ schedule, timeZone }: CronJobSpec, isAllowed: boolean): Problems {
  const path = "spec.schedule";
  if (!namesZone(schedule)) return;
  if (!isAllowed)
    yield invalidField(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  else if (timeZone !== undefined)
    yield invalidField(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
}

function* timeZoneProblems({ timeZone }: CronJobSpec): Problems {
  const path = "spec.timeZone";
  if (timeZone === undefined) return;
  if (timeZone === "") yield invalidField(path, timeZone, "timeZone must be nil or non-empty string");
  else if (timeZone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    yield invalidField(path, timeZone, detail);
  } else if (!isTimeZone(timeZone)) yield invalidField(path, timeZone, `unknown time zone ${timeZone}`);
}
