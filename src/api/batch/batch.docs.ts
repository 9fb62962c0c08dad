import { type Documented, documented } from "#machinery/openapi/docs.ts";
import * as cronJob from "./cron-job/spec.ts";
import { CronJobV1beta1 } from "./cron-job/v1beta1.ts";
import { CronJob } from "./cron-job.ts";
import * as job from "./job/spec.ts";
import { Job } from "./job.ts";

const jobSpecDocs = documented(job.JobSpec, {
  "": "Which pods shall do the work, how often, and when it has failed.",
  parallelism: "How many pods may work at a time; 1 where left out, 0 stops the work.",
  completions: "How many must succeed. Absent: one that succeeds is enough, and all others then end.",
  activeDeadlineSeconds: "After so many seconds, counted from its start, the Job fails and its pods end.",
  selector: "The labels by which it knows its pods. The server makes it, unless manualSelector is set.",
  manualSelector: "The selector is its owner's own, who sees to it that no other pods have these labels.",
  template: "What the pods are made from. Their restartPolicy is Never or OnFailure.",
  backoffLimit: "How many pods may fail before the Job does; 6 unless it says otherwise.",
  ttlSecondsAfterFinished: "So many seconds after its end the Job is deleted. Absent: it stays.",
  completionMode:
    "NonIndexed: every success counts. Indexed: pods have indexes from 0 up to completions, and each must succeed once.",
  suspend: "While it is, no pods are made, and those that run are deleted.",
  podFailurePolicy: "Which failures of pods count, and which end the Job at once.",
  backoffLimitPerIndex: "How often pods of one index may fail before that index counts as failed.",
  maxFailedIndexes: "More failed indexes than these end the Job.",
  podReplacementPolicy:
    "When a new pod takes the place of one that ends. TerminatingOrFailed: at once. Failed: when the old one has ended.",
  managedBy: "Who runs this Job, as in example.com/controller. Absent: the cluster's own controller.",
  successPolicy: "Which indexes are enough for the Job to succeed.",
});

const conditionDocs = documented(job.JobCondition, {
  "": "Something that holds of a Job, or doesn't.",
  type: "Complete, Failed, Suspended, FailureTarget, SuccessCriteriaMet.",
  status: "Whether it is so of the Job: True, False or Unknown.",
  lastProbeTime: "When somebody last looked.",
  lastTransitionTime: "When the status of this condition last changed from one value to another.",
  reason: "Why it is so of the Job, in one word that programs may compare.",
  message: "Why it is so of the Job, in a sentence for people.",
});

const statusDocs = documented(job.JobStatus, {
  "": "How far a Job has come.",
  conditions: "How it has ended, or what keeps it.",
  startTime: "When its work began; again after it was suspended.",
  completionTime: "When it had succeeded.",
  active: "Pods that run or wait to.",
  succeeded: "Pods that have done their work.",
  failed: "Pods that have failed.",
  completedIndexes: "Indexes that have succeeded, as in 1,3-5.",
  uncountedTerminatedPods: "Pods that have ended and are in no number yet.",
  ready: "How many of its pods are ready.",
  failedIndexes: "Indexes that have failed for good, as in 1,3-5.",
  terminating: "How many of its pods are ending; they aren't among the active ones.",
});

const policyDocs: readonly Documented[] = [
  documented(job.PodFailurePolicy, {
    "": "What follows from the failure of a pod.",
    rules: "The first rule that fits decides; where none does, the failure counts. At most 20.",
  }),
  documented(job.PodFailurePolicyRule, {
    "": "What follows from failures of one sort.",
    action:
      "FailJob: the Job ends. FailIndex: the pod's index has failed. Ignore: it doesn't count. Count: it does, as without a policy.",
    onExitCodes: "It fits pods whose containers ended with such codes.",
    onPodConditions: "It fits pods that have one of these conditions.",
  }),
  documented(job.PodFailurePolicyOnExitCodesRequirement, {
    "": "Exit codes of containers.",
    containerName: "Of this container alone. Absent: of any.",
    operator: "In: one of the values. NotIn: none of them.",
    values: "The codes, in ascending order; 0 is no failure. At most 255.",
  }),
  documented(job.PodFailurePolicyOnPodConditionsPattern, {
    "": "A condition of a failed pod that makes a rule fit.",
    type: "What it is called, as in DisruptionTarget.",
    status: "What it must be; True unless it says otherwise.",
  }),
  documented(job.SuccessPolicy, {
    "": "When an indexed Job has succeeded before all of its indexes have.",
    rules: "One that is met is enough. At most 20.",
  }),
  documented(job.SuccessPolicyRule, {
    "": "Indexes that are enough. With both fields, so many of those.",
    succeededIndexes: "Which ones must succeed, as in 0,2-4.",
    succeededCount: "How many of them must succeed; all where left out.",
  }),
  documented(job.UncountedTerminatedPods, {
    "": "Uids of pods that have ended and are in no number yet, so that none is counted twice.",
    succeeded: "Those that have done their work.",
    failed: "Those that have failed.",
  }),
];

const ofCronJob = {
  "": "Makes a Job whenever the time has come.",
  metadata: "Its name is the beginning of those of its Jobs, and may have at most 52 characters.",
  spec: "What its Jobs are made from, and when one is due.",
  status: "Which Jobs run, and when the last one was made.",
};
export const batchDocs: readonly Documented[] = [
  documented(Job, {
    "": "Runs pods until enough of them have done their work.",
    metadata: "Its name is the beginning of the names of its pods.",
    spec: "What the pods are made from, how many must succeed, and when to give up.",
    status: "How many pods run, have succeeded and have failed, and whether it has ended.",
  }),
  jobSpecDocs,
  statusDocs,
  conditionDocs,
  ...policyDocs,
  documented(CronJob, ofCronJob),
  documented(cronJob.CronJobSpec, {
    "": "Which Job is to be made, and when.",
    schedule:
      "When, in the five fields of cron: minute, hour, day of the month, month, day of the week. Or @hourly and its like.",
    startingDeadlineSeconds: "A Job that is so many seconds late is left out. Absent: it is made however late.",
    concurrencyPolicy:
      "While one Job still runs: Allow makes the next one too, Forbid leaves it out, Replace ends the old one first.",
    suspend: "While it is, no Jobs are made; those that run go on.",
    jobTemplate: "What the Jobs are made from.",
    successfulJobsHistoryLimit: "How many Jobs that succeeded are kept; 3 where left out.",
    failedJobsHistoryLimit: "How many Jobs that failed are kept; 1 where left out.",
    timeZone: "Whose hours the schedule means, as in Europe/Berlin. Absent: those of the controller's machine.",
  }),
  documented(cronJob.JobTemplateSpec, {
    "": "What Jobs are made from.",
    metadata: "Labels and annotations that they get.",
    spec: "What the Jobs run, and when they give up.",
  }),
  documented(cronJob.CronJobStatus, {
    "": "What a CronJob has made.",
    active: "Its Jobs that haven't ended yet.",
    lastScheduleTime: "When the last one was made.",
    lastSuccessfulTime: "When the last one had succeeded.",
  }),
  documented(CronJobV1beta1, ofCronJob),
];
