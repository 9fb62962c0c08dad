import { controllerRevisions } from "#api/apps/controller-revision.ts";
import { daemonSets } from "#api/apps/daemon-set.ts";
import { deployments } from "#api/apps/deployment.ts";
import { replicaSets } from "#api/apps/replica-set.ts";
import { statefulSets } from "#api/apps/stateful-set.ts";
import { cronJobs } from "#api/batch/cron-job.ts";
import { jobs } from "#api/batch/job.ts";
import { podTemplates } from "#api/core/pod-template.ts";
import { replicationControllers } from "#api/core/replication-controller.ts";
import type { Row } from "./row.ts";

const template = {
  metadata: { labels: { app: "a" } },
  spec: {
    containers: [
      { name: "a", image: "i" },
      { name: "b", image: "j" },
    ],
  },
};
const workload = {
  selector: { matchLabels: { app: "a" }, matchExpressions: [{ key: "b", operator: "Exists" }] },
  template,
};

const ending = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
const jobColumns = "NAME STATUS COMPLETIONS DURATION AGE | CONTAINERS IMAGES SELECTOR";
const cronJobColumns = "NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE | CONTAINERS IMAGES SELECTOR";
const condition = (type: string): object => ({ conditions: [{ type, status: "True" }] });

export const workloadRows: readonly Row[] = [
  [
    deployments,
    "NAME READY UP-TO-DATE AVAILABLE AGE | CONTAINERS IMAGES SELECTOR",
    { spec: { ...workload, replicas: 3 }, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 } },
    ["x", "2/3", 3, 1, "5m", "a,b", "i,j", "app=a,b"],
  ],
  [
    replicaSets,
    "NAME DESIRED CURRENT READY AGE | CONTAINERS IMAGES SELECTOR",
    { spec: { ...workload, replicas: 3 }, status: { replicas: 2, readyReplicas: 1 } },
    ["x", 3, 2, 1, "5m", "a,b", "i,j", "app=a,b"],
  ],
  [
    daemonSets,
    "NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE | CONTAINERS IMAGES SELECTOR",
    {
      spec: { ...workload, template: { ...template, spec: { ...template.spec, nodeSelector: { disk: "fast" } } } },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    ["x", 5, 4, 3, 2, 1, "disk=fast", "5m", "a,b", "i,j", "app=a,b"],
  ],
  [
    statefulSets,
    "NAME READY AGE | CONTAINERS IMAGES",
    { spec: { ...workload, replicas: 3 }, status: { replicas: 2, readyReplicas: 1 } },
    ["x", "1/3", "5m", "a,b", "i,j"],
  ],
  [
    replicationControllers,
    "NAME DESIRED CURRENT READY AGE | CONTAINERS IMAGES SELECTOR",
    { spec: { template, replicas: 3 }, status: { replicas: 2, readyReplicas: 1 } },
    ["x", 3, 2, 1, "5m", "a,b", "i,j", "app=a"],
  ],
  [podTemplates, "NAME CONTAINERS IMAGES POD LABELS |", { template }, ["x", "a,b", "i,j", "app=a"]],
  [
    controllerRevisions,
    "NAME CONTROLLER REVISION AGE |",
    {
      metadata: {
        ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "u", controller: true }],
      },
      data: {},
      revision: 7,
    },
    ["x", "daemonset.apps/d", 7, "5m"],
  ],
  [controllerRevisions, "NAME CONTROLLER REVISION AGE |", { data: {}, revision: 0 }, ["x", "<none>", 0, "5m"]],
  [
    jobs,
    jobColumns,
    {
      spec: { template: ending, selector: { matchLabels: { a: "b" } } },
      status: { startTime: "2026-11-21T11:58:00Z" },
    },
    ["x", "Running", "0/1", "2m", "5m", "a,b", "i,j", "a=b"],
  ],
  [
    jobs,
    jobColumns,
    {
      spec: { template: ending, completions: 4 },
      status: {
        startTime: "2026-11-21T11:58:00Z",
        completionTime: "2026-11-21T11:58:09Z",
        succeeded: 4,
        ...condition("Complete"),
      },
    },
    ["x", "Complete", "4/4", "9s", "5m", "a,b", "i,j", "<none>"],
  ],
  [
    jobs,
    jobColumns,
    { spec: { template: ending, parallelism: 3 }, status: { succeeded: 1, ...condition("Suspended") } },
    ["x", "Suspended", "1/1 of 3", "", "5m", "a,b", "i,j", "<none>"],
  ],
  [
    cronJobs,
    cronJobColumns,
    { spec: { schedule: "@daily", jobTemplate: { spec: { template: ending } } } },
    ["x", "@daily", "<none>", "False", 0, "<none>", "5m", "a,b", "i,j", "<none>"],
  ],
  [
    cronJobs,
    cronJobColumns,
    {
      spec: {
        schedule: "0 6 * * *",
        timeZone: "Europe/Berlin",
        suspend: true,
        jobTemplate: { spec: { template: ending } },
      },
      status: { active: [{ name: "a" }], lastScheduleTime: "2026-11-21T11:59:00Z" },
    },
    ["x", "0 6 * * *", "Europe/Berlin", "True", 1, "60s", "5m", "a,b", "i,j", "<none>"],
  ],
];
