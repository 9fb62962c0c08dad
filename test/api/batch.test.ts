import assert from "node:assert/strict";
import test from "node:test";
import { cronJobs } from "#api/batch/cron-job.ts";
import { jobs } from "#api/batch/job.ts";
import { told, toldOfUpdate } from "./told.ts";

const container = { name: "work", image: "busybox" };
const template = { spec: { restartPolicy: "Never", containers: [container] } };
/** A Job that chooses its labels itself, so that nothing is missing that only the server makes. */
const manual = {
  manualSelector: true,
  selector: { matchLabels: { app: "a" } },
  template: { ...template, metadata: { labels: { app: "a" } } },
};
const indexed = { ...manual, completionMode: "Indexed", completions: 5 };

type Rows = readonly (readonly [name: string, spec: object, messages: readonly string[]])[];

const jobRows: Rows = [
  ["a template is enough", manual, []],
  [
    "numbers below none",
    { ...manual, parallelism: -1, ttlSecondsAfterFinished: -2 },
    [
      "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
      "spec.ttlSecondsAfterFinished: Invalid value: -2: must be greater than or equal to 0",
    ],
  ],
  [
    "pods that never end",
    { ...manual, template: { ...manual.template, spec: { containers: [container] } } },
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    "a selector for other pods",
    { ...manual, selector: { matchLabels: { app: "b" } } },
    ['spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`'],
  ],
  [
    "indexes without an end",
    { ...manual, completionMode: "Indexed", parallelism: 1 },
    ["spec.completions: Required value: when completion mode is Indexed"],
  ],
  [
    "a mode that is none",
    { ...manual, completionMode: "Random" },
    ['spec.completionMode: Unsupported value: "Random": supported values: "Indexed", "NonIndexed"'],
  ],
  [
    "limits of indexes where there are none",
    { ...manual, backoffLimitPerIndex: 1 },
    ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
  ],
  [
    "somebody without a domain",
    { ...manual, managedBy: "me" },
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    "a failure policy of odd rules",
    {
      ...manual,
      podFailurePolicy: {
        rules: [
          { action: "FailJob", onExitCodes: { containerName: "other", operator: "In", values: [3, 0, 3] } },
          { action: "FailIndex", onPodConditions: [{ type: "DisruptionTarget" }] },
          { action: "Ignore" },
        ],
      },
    },
    [
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template',
      "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
      "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3",
      "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered",
      'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      "spec.podFailurePolicy.rules[2]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
    ],
  ],
  ["enough with some indexes", { ...indexed, successPolicy: { rules: [{ succeededIndexes: "0,2-4" }] } }, []],
  [
    "enough with indexes that don't exist",
    { ...indexed, successPolicy: { rules: [{ succeededIndexes: "2,1" }, { succeededIndexes: "7" }, {}] } },
    [
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
      'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "7": error parsing succeededIndexes: too large index: "7"',
      "spec.successPolicy.rules[2]: Required value: at least one of succeededCount or succeededIndexes must be specified",
    ],
  ],
  [
    "more successes than indexes",
    { ...indexed, successPolicy: { rules: [{ succeededIndexes: "0-1", succeededCount: 3 }] } },
    [
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
    ],
  ],
];
for (const [name, spec, messages] of jobRows)
  test(`a Job is judged as Kubernetes judges it: ${name}`, () => assert.deepEqual(told(jobs, { spec }), messages));

test("a Job keeps its template, its mode and its number of successes", () => {
  const next = { ...manual, completions: 2, completionMode: "Indexed", parallelism: 3 };
  assert.deepEqual(
    toldOfUpdate(jobs, { spec: next }, { spec: manual }).map((one) => one.split(": ")[0]),
    ["spec.completions", "spec.completionMode"],
  );
  assert.deepEqual(toldOfUpdate(jobs, { spec: { ...indexed, completions: 9, parallelism: 9 } }, { spec: indexed }), []);
  const elsewhere = { ...manual.template, spec: { ...manual.template.spec, nodeSelector: { disk: "fast" } } };
  const moved = { ...manual, template: elsewhere };
  assert.equal(toldOfUpdate(jobs, { spec: moved }, { spec: manual }).length, 1, "it runs");
  const [waiting, placed] = [manual, moved].map((spec) => ({ spec: { ...spec, suspend: true } }));
  assert.deepEqual(toldOfUpdate(jobs, placed ?? {}, waiting ?? {}), [], "a queue may place what waits");
});

const jobTemplate = { spec: { template } };
const atoi = (word: string): string =>
  `failed to parse int from ${word}: strconv.Atoi: parsing ${JSON.stringify(word)}: invalid syntax`;
const schedules: readonly (readonly [schedule: string, trouble: string | undefined])[] = [
  ["*/5 * * * *", undefined],
  ["0 9-17/2 1,15 jan-jun MON-fri", undefined],
  ["? 0 * * ?", undefined],
  ["@hourly", undefined],
  ["@every 1h30m", undefined],
  ["5 * * *", "expected exactly 5 fields, found 4: [5 * * *]"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["30-10 * * * *", "beginning of range (30) beyond end of range (10): 30-10"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["x * * * *", atoi("x")],
  ["* * * * sunday", atoi("sunday")],
  ["@sometimes", "unrecognized descriptor: @sometimes"],
  ["@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ["@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'],
  ["@every 5d", 'failed to parse duration @every 5d: time: unknown unit "d" in duration "5d"'],
];
for (const [schedule, trouble] of schedules)
  test(`a CronJob's schedule "${schedule}" is ${trouble === undefined ? "taken" : "refused with cron's own words"}`, () =>
    assert.deepEqual(
      told(cronJobs, { spec: { schedule, jobTemplate } }),
      trouble === undefined ? [] : [`spec.schedule: Invalid value: ${JSON.stringify(schedule)}: ${trouble}`],
    ));

const hourly = { schedule: "@hourly", jobTemplate };
const zoned = "TZ=Europe/Berlin 0 6 * * *";
const cronJobRows: Rows = [
  ["hours of a city", { ...hourly, timeZone: "Asia/Kolkata" }, []],
  [
    "hours of nowhere",
    { ...hourly, timeZone: "Nowhere/City" },
    ['spec.timeZone: Invalid value: "Nowhere/City": unknown time zone Nowhere/City'],
  ],
  [
    "hours of a city in small letters",
    { ...hourly, timeZone: "europe/berlin" },
    ['spec.timeZone: Invalid value: "europe/berlin": unknown time zone europe/berlin'],
  ],
  [
    "hours of whoever reads it",
    { ...hourly, timeZone: "Local" },
    [
      'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    ],
  ],
  [
    "a zone in the schedule",
    { ...hourly, schedule: zoned },
    [`spec.schedule: Invalid value: "${zoned}": cannot use TZ or CRON_TZ in schedule, use timeZone field instead`],
  ],
  ["no schedule", { jobTemplate }, ["spec.schedule: Required value"]],
  [
    "Jobs with a selector of their own",
    { ...hourly, jobTemplate: { spec: { template, manualSelector: true, selector: {} } } },
    [
      "spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated",
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "false", "nil"',
    ],
  ],
  [
    "a policy that is none",
    { ...hourly, concurrencyPolicy: "Perhaps" },
    ['spec.concurrencyPolicy: Unsupported value: "Perhaps": supported values: "Allow", "Forbid", "Replace"'],
  ],
];
for (const [name, spec, messages] of cronJobRows)
  test(`a CronJob is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(cronJobs, { spec }), messages));

test("a CronJob's name leaves room for what its Jobs are called", () => {
  const named = (length: number): object => ({ metadata: { name: "c".repeat(length) }, spec: hourly });
  assert.deepEqual(told(cronJobs, { ...named(52) }), []);
  const problem = `metadata.name: Invalid value: "${"c".repeat(53)}": must be no more than 52 characters`;
  assert.deepEqual(told(cronJobs, { ...named(53) }), [problem]);
});

test("a CronJob that was let in with a zone in its schedule keeps it", () =>
  assert.deepEqual(
    toldOfUpdate(
      cronJobs,
      { spec: { ...hourly, schedule: zoned, suspend: true } },
      { spec: { ...hourly, schedule: zoned } },
    ),
    [],
  ));
