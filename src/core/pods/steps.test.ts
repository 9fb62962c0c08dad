import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Pod } from "#api/core/pod.ts";
import type { Observed, Probed } from "./observed.ts";
import {
  containerOf,
  ended,
  leaving,
  minutes,
  now,
  observedOf,
  podOf,
  probeOf,
  running,
  seconds,
  sidecarOf,
} from "./specimens.ts";
import { backOffMs, planPod, type Step } from "./steps.ts";

/** `start web#1`, `stop web 30s PodDeleted`, …; `wake +10s` where it has to be planned again then. */
function planned(pod: Pod, observed: Observed): readonly string[] {
  const { steps, wakeAt } = planPod(pod, observed, now);
  return [...steps.map(show), ...(wakeAt === undefined ? [] : [`wake +${(wakeAt - now) / 1000}s`])];
}
function show(step: Step): string {
  switch (step.do) {
    case "start":
      return `start ${step.container}#${step.attempt}`;
    case "stop":
      return `stop ${step.container} ${step.graceSeconds}s ${step.because}${step.leavesFirst ? " once it has left" : ""}`;
    default:
      return step.do;
  }
}

interface Row {
  readonly name: string;
  readonly pod: Pod;
  readonly observed: Observed;
  readonly steps: readonly string[];
}
const check = (rows: readonly Row[]): void => {
  for (const { name, pod, observed, steps } of rows) test(name, () => assert.deepEqual(planned(pod, observed), steps));
};

const noSandbox = { sandbox: undefined };
const two = podOf({ spec: { containers: [containerOf("web"), containerOf("log")] } });

describe("a new pod", () =>
  check([
    { name: "first gets its sandbox", pod: two, observed: observedOf([], noSandbox), steps: ["createSandbox"] },
    { name: "starts all containers at once", pod: two, observed: observedOf(), steps: ["start web#0", "start log#0"] },
    { name: "starts what is missing", pod: two, observed: observedOf([running("web")]), steps: ["start log#0"] },
    { name: "that runs needs nothing", pod: two, observed: observedOf([running("web"), running("log")]), steps: [] },
  ]));

const heldFor = (ms: number): Partial<Observed> => ({
  refusals: new Map([["web", { reason: "CreateContainerConfigError", message: "", againAt: now + ms }]]),
});
const endedOnce = ended("web", 1, { attempt: 1, agoMs: seconds(1) });

describe("a container that was refused", () =>
  check([
    { name: "waits", pod: podOf(), observed: observedOf([], heldFor(seconds(5))), steps: ["wake +5s"] },
    { name: "is tried again", pod: podOf(), observed: observedOf([], heldFor(0)), steps: ["start web#0"] },
    {
      name: "waits for the longer of two pauses",
      pod: podOf(),
      observed: observedOf([endedOnce], heldFor(seconds(30))),
      steps: ["wake +30s"],
    },
    {
      name: "keeps nobody else",
      pod: two,
      observed: observedOf([], heldFor(seconds(5))),
      steps: ["start log#0", "wake +5s"],
    },
  ]));

const ordered = podOf({ spec: { initContainers: [containerOf("a"), containerOf("b")] } });
const withSidecar = podOf({
  spec: { initContainers: [containerOf("a"), sidecarOf("mesh", { startupProbe: probeOf() }), containerOf("b")] },
});
const passed = (container: string): Pick<Observed, "probes"> => ({
  probes: new Map([[container, { startup: true, readiness: undefined, liveness: undefined }]]),
});

describe("init containers", () =>
  check([
    { name: "run before the others", pod: ordered, observed: observedOf(), steps: ["start a#0"] },
    { name: "run alone", pod: ordered, observed: observedOf([running("a")]), steps: [] },
    { name: "run one after the other", pod: ordered, observed: observedOf([ended("a", 0)]), steps: ["start b#0"] },
    {
      name: "make way for the others",
      pod: ordered,
      observed: observedOf([ended("a", 0), ended("b", 0)]),
      steps: ["start web#0"],
    },
    { name: "that fail run again", pod: ordered, observed: observedOf([ended("a", 1)]), steps: ["start a#1"] },
    {
      name: "don't run again beside the others, though their traces are gone",
      pod: ordered,
      observed: observedOf([running("web")]),
      steps: [],
    },
    {
      name: "run again in a new sandbox",
      pod: ordered,
      observed: observedOf([ended("web", 137)]),
      steps: ["start a#0"],
    },
    {
      name: "after a sidecar wait until it has started",
      pod: withSidecar,
      observed: observedOf([ended("a", 0), running("mesh")]),
      steps: [],
    },
    {
      name: "after a sidecar run beside it",
      pod: withSidecar,
      observed: observedOf([ended("a", 0), running("mesh")], passed("mesh")),
      steps: ["start b#0"],
    },
    {
      name: "that go on running are started again beside the others, whatever their exit code",
      pod: withSidecar,
      observed: observedOf([ended("a", 0), ended("b", 0), ended("mesh", 0), running("web")]),
      steps: ["start mesh#1"],
    },
    {
      name: "that go on running keep to the back-off",
      pod: withSidecar,
      observed: observedOf([ended("a", 0), ended("b", 0), ended("mesh", 1, { attempt: 2 }), running("web")]),
      steps: ["wake +20s"],
    },
  ]));

describe("restart policies", () => {
  const after = (restartPolicy: "Always" | "OnFailure" | "Never", exitCode: number) =>
    planned(podOf({ spec: { restartPolicy } }), observedOf([ended("web", exitCode)]));
  const rows = [
    ["Always", 0, ["start web#1"]],
    ["Always", 1, ["start web#1"]],
    ["OnFailure", 0, ["stopSandbox"]],
    ["OnFailure", 1, ["start web#1"]],
    ["Never", 0, ["stopSandbox"]],
    ["Never", 1, ["stopSandbox"]],
  ] as const;
  for (const [policy, exitCode, steps] of rows)
    test(`${policy}, exit code ${exitCode}`, () => assert.deepEqual(after(policy, exitCode), steps));

  check([
    {
      name: "Never: an init container that fails ends the pod",
      pod: podOf({ spec: { restartPolicy: "Never", initContainers: [containerOf("a")] } }),
      observed: observedOf([ended("a", 1)]),
      steps: ["stopSandbox"],
    },
    {
      name: "OnFailure: containers that are done wait for the others",
      pod: podOf({ spec: { restartPolicy: "OnFailure", containers: [containerOf("web"), containerOf("log")] } }),
      observed: observedOf([ended("web", 0), running("log")]),
      steps: [],
    },
    {
      name: "Never: sidecars are stopped when the others are done, the last one first",
      pod: podOf({ spec: { restartPolicy: "Never", initContainers: [sidecarOf("mesh"), sidecarOf("vault")] } }),
      observed: observedOf([running("mesh"), running("vault"), ended("web", 0)]),
      steps: ["stop vault 30s PodFinished"],
    },
    {
      name: "a pod that has finished gets no new sandbox",
      pod: podOf({ spec: { restartPolicy: "Never" } }),
      observed: observedOf([ended("web", 0)], noSandbox),
      steps: [],
    },
  ]);
});

describe("back-off", () => {
  const waits = [0, 10, 20, 40, 80, 160, 300, 300];
  for (const [attempt, wait] of waits.entries())
    test(`after failure ${attempt + 1}: ${wait} s`, () =>
      assert.equal(backOffMs(ended("web", 1, { attempt })), seconds(wait)));

  test("is forgotten after ten minutes of running", () =>
    assert.equal(backOffMs(ended("web", 1, { attempt: 6, lastedMs: minutes(10) })), 0));

  test("begins anew after that", () => {
    const long = ended("web", 1, { attempt: 6, lastedMs: minutes(10) });
    const [next] = planPod(podOf(), observedOf([long]), now).steps;
    assert.deepEqual(next, { do: "start", container: "web", attempt: 7, restartsInARow: 1 });
    assert.equal(backOffMs(ended("web", 1, { attempt: 7, restartsInARow: 1 })), seconds(10));
  });

  check([
    {
      name: "counts from the end, and asks to be woken when it is over",
      pod: podOf(),
      observed: observedOf([ended("web", 1, { attempt: 3, agoMs: seconds(15) })]),
      steps: ["wake +25s"],
    },
    {
      name: "of several containers: the first to be over",
      pod: two,
      observed: observedOf([ended("web", 1, { attempt: 3 }), ended("log", 1, { attempt: 1 })]),
      steps: ["wake +10s"],
    },
    {
      name: "that is over",
      pod: podOf(),
      observed: observedOf([ended("web", 1, { attempt: 3, agoMs: seconds(40) })]),
      steps: ["start web#4"],
    },
  ]);
});

describe("a container that was refused", () => {
  const refused = (againAt: number): Pick<Observed, "refusals"> => ({
    refusals: new Map([["web", { reason: "ErrImagePull", message: "", againAt }]]),
  });
  check([
    {
      name: "is tried again when its time has come, and not before",
      pod: podOf(),
      observed: observedOf([], refused(now + seconds(7))),
      steps: ["wake +7s"],
    },
    {
      name: "is tried as it would have been",
      pod: podOf(),
      observed: observedOf([], refused(now)),
      steps: ["start web#0"],
    },
    {
      name: "waits for the end of its back-off too",
      pod: podOf(),
      observed: observedOf([ended("web", 1, { attempt: 1 })], refused(now + seconds(7))),
      steps: ["wake +10s"],
    },
  ]);
});

const probing = podOf({
  spec: {
    containers: [
      containerOf("web", { livenessProbe: probeOf({ terminationGracePeriodSeconds: 3 }), startupProbe: probeOf() }),
    ],
  },
});
const says = (verdict: Partial<Probed>): Observed =>
  observedOf([running("web")], {
    probes: new Map([["web", { startup: undefined, readiness: undefined, liveness: undefined, ...verdict }]]),
  });

describe("probes", () =>
  check([
    {
      name: "a container that isn't alive is stopped within the probe's own grace",
      pod: probing,
      observed: says({ startup: true, liveness: false }),
      steps: ["stop web 3s LivenessFailed"],
    },
    {
      name: "a container that doesn't come up is stopped within the pod's grace",
      pod: probing,
      observed: says({ startup: false }),
      steps: ["stop web 30s StartupFailed"],
    },
    { name: "not being ready stops nobody", pod: probing, observed: says({ readiness: false }), steps: [] },
    { name: "not being known stops nobody", pod: probing, observed: says({}), steps: [] },
  ]));

const hasSeconds = (activeDeadlineSeconds: number): Pod =>
  podOf({ spec: { activeDeadlineSeconds }, status: { startTime: "2026-01-02T11:59:00Z" } });

describe("a pod that may run for so long", () =>
  check([
    {
      name: "runs until then",
      pod: hasSeconds(90),
      observed: observedOf([running("web")]),
      steps: ["wake +30s"],
    },
    {
      name: "is stopped then",
      pod: hasSeconds(60),
      observed: observedOf([running("web")]),
      steps: ["stop web 30s DeadlineExceeded"],
    },
    {
      name: "starts nothing any more, and gives its address back",
      pod: hasSeconds(60),
      observed: observedOf(),
      steps: ["stopSandbox"],
    },
    {
      name: "is stopped too once it was written down as failed",
      pod: podOf({ status: { phase: "Failed" } }),
      observed: observedOf([running("web")]),
      steps: ["stop web 30s PodFinished"],
    },
  ]));

const going = podOf({
  metadata: leaving(5),
  spec: {
    initContainers: [sidecarOf("mesh"), sidecarOf("vault")],
    containers: [containerOf("web"), containerOf("log")],
  },
});

describe("deletion", () =>
  check([
    {
      name: "stops the containers first",
      pod: going,
      observed: observedOf(["mesh", "vault", "web", "log"].map((name) => running(name))),
      steps: ["stop web 5s PodDeleted once it has left", "stop log 5s PodDeleted once it has left"],
    },
    {
      name: "then the sidecars, the last one first",
      pod: going,
      observed: observedOf([running("mesh"), running("vault"), ended("web", 143)]),
      steps: ["stop vault 5s PodDeleted once it has left"],
    },
    {
      name: "then takes the sandbox down",
      pod: going,
      observed: observedOf([ended("mesh", 0), ended("vault", 0), ended("web", 143)]),
      steps: ["removeSandbox"],
    },
    { name: "then says so", pod: going, observed: observedOf([], noSandbox), steps: ["confirmDeletion"] },
    {
      name: "says so once, and waits for finalizers",
      pod: podOf({ metadata: leaving(0) }),
      observed: observedOf([], noSandbox),
      steps: [],
    },
    {
      name: "stops an init container that still runs",
      pod: podOf({ metadata: leaving(0), spec: { initContainers: [containerOf("a")] } }),
      observed: observedOf([running("a")]),
      steps: ["stop a 0s PodDeleted once it has left"],
    },
  ]));
