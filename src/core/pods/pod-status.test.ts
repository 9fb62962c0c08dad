import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readiness, statusWord } from "#api/core/pod/progress.ts";
import type { PodStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Observed } from "./observed.ts";
import { podStatus } from "./pod-status.ts";
import {
  containerOf,
  ended,
  leaving,
  now,
  observedOf,
  podOf,
  probeOf,
  running,
  seconds,
  sidecarOf,
} from "./specimens.ts";

const facts = { hostAddresses: ["192.0.2.7"], now, isAtWork: false };
const statusOf = (pod: Pod, observed: Observed): PodStatus => podStatus(pod, observed, facts);

interface Row {
  readonly name: string;
  readonly pod: Pod;
  readonly observed: Observed;
  /** What `kubectl get` prints as READY and STATUS, and the phase. */
  readonly shown: string;
}

const job = podOf({ spec: { restartPolicy: "Never" } });
const withInit = podOf({ spec: { initContainers: [containerOf("a")] } });
const probed = podOf({ spec: { containers: [containerOf("web", { readinessProbe: probeOf() })] } });
const ready = new Map([["web", { startup: undefined, readiness: true, liveness: undefined }]]);
const refused = new Map([
  ["web", { reason: "ErrImagePull", message: "no entry for web:1", againAt: now }],
]) satisfies Observed["refusals"];

const rows: readonly Row[] = [
  {
    name: "a new pod",
    pod: podOf(),
    observed: observedOf([], { sandbox: undefined }),
    shown: "0/1 ContainerCreating Pending",
  },
  { name: "a pod that runs", pod: podOf(), observed: observedOf([running("web")]), shown: "1/1 Running Running" },
  {
    name: "a pod whose probe hasn't passed",
    pod: probed,
    observed: observedOf([running("web")]),
    shown: "0/1 Running Running",
  },
  {
    name: "a pod whose probe has passed",
    pod: probed,
    observed: observedOf([running("web")], { probes: ready }),
    shown: "1/1 Running Running",
  },
  {
    name: "an image that isn't there",
    pod: podOf(),
    observed: observedOf([], { refusals: refused }),
    shown: "0/1 ErrImagePull Pending",
  },
  {
    name: "an end that is followed by a start at once",
    pod: podOf(),
    observed: observedOf([ended("web", 1)]),
    shown: "0/1 Error Running",
  },
  {
    name: "a container that waits to be started again",
    pod: podOf(),
    observed: observedOf([ended("web", 1, { attempt: 1 })]),
    shown: "0/1 CrashLoopBackOff Running",
  },
  { name: "a pod that is done", pod: job, observed: observedOf([ended("web", 0)]), shown: "0/1 Completed Succeeded" },
  { name: "a pod that has failed", pod: job, observed: observedOf([ended("web", 3)]), shown: "0/1 Error Failed" },
  {
    name: "a pod that was out of memory",
    pod: job,
    observed: observedOf([ended("web", 137, { reason: "OOMKilled" })]),
    shown: "0/1 OOMKilled Failed",
  },
  {
    name: "a pod at its init container",
    pod: withInit,
    observed: observedOf([running("a")]),
    shown: "0/1 Init:0/1 Pending",
  },
  {
    name: "an init container that fails",
    pod: withInit,
    observed: observedOf([ended("a", 1, { attempt: 2 })]),
    shown: "0/1 Init:CrashLoopBackOff Pending",
  },
  {
    name: "a pod after its init container",
    pod: withInit,
    observed: observedOf([ended("a", 0)]),
    shown: "0/1 PodInitializing Pending",
  },
  {
    name: "a pod whose init container failed for good",
    pod: podOf({ spec: { restartPolicy: "Never", initContainers: [containerOf("a")] } }),
    observed: observedOf([ended("a", 1)]),
    shown: "0/1 Init:Error Failed",
  },
  {
    name: "a pod with a sidecar",
    pod: podOf({ spec: { initContainers: [sidecarOf("mesh")] } }),
    observed: observedOf([running("mesh"), running("web")]),
    shown: "2/2 Running Running",
  },
  {
    name: "a pod that is being deleted",
    pod: podOf({ metadata: leaving(30) }),
    observed: observedOf([running("web")]),
    shown: "1/1 Terminating Running",
  },
  {
    name: "a pod that is being deleted and has ended well",
    pod: podOf({ metadata: leaving(30) }),
    observed: observedOf([ended("web", 0)]),
    shown: "0/1 Completed Succeeded",
  },
  {
    name: "a pod that is being deleted and had to be killed",
    pod: podOf({ metadata: leaving(30) }),
    observed: observedOf([ended("web", 137)], { sandbox: undefined }),
    shown: "0/1 Error Failed",
  },
  {
    name: "a pod that is being deleted and never began",
    pod: podOf({ metadata: leaving(30) }),
    observed: observedOf([], { sandbox: undefined }),
    shown: "0/1 ContainerCreating Failed",
  },
  {
    name: "a pod that had finished",
    pod: podOf({ spec: { restartPolicy: "Never" }, status: { phase: "Succeeded" } }),
    observed: observedOf([], { sandbox: undefined }),
    shown: "0/1 ContainerCreating Succeeded",
  },
];
for (const { name, pod, observed, shown } of rows)
  test(`kubectl get, ${name}: ${shown}`, () => {
    const status = statusOf(pod, observed);
    const now = { ...pod, status };
    assert.equal(`${readiness(now)} ${statusWord(now)} ${status.phase}`, shown);
  });

describe("conditions", () => {
  const told = (pod: Pod, observed: Observed): readonly string[] =>
    (statusOf(pod, observed).conditions ?? []).map(({ type, status, reason = "", message = "" }) =>
      `${type}=${status} ${reason} ${message}`.trim(),
    );
  const cases: readonly (readonly [string, Pod, Observed, readonly string[]])[] = [
    [
      "of a pod without a sandbox",
      withInit,
      observedOf([], { sandbox: undefined }),
      [
        "PodReadyToStartContainers=False",
        "Initialized=False ContainersNotInitialized containers with incomplete status: [a]",
        "Ready=False ContainersNotReady containers with unready status: [web]",
        "ContainersReady=False ContainersNotReady containers with unready status: [web]",
      ],
    ],
    [
      "of a pod that is ready",
      podOf(),
      observedOf([running("web")]),
      ["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True"],
    ],
    [
      "of a pod whose sidecar isn't ready",
      podOf({ spec: { initContainers: [sidecarOf("mesh", { readinessProbe: probeOf() })] } }),
      observedOf([running("mesh"), running("web")]),
      [
        "PodReadyToStartContainers=True",
        "Initialized=True",
        "Ready=False ContainersNotReady containers with unready status: [mesh]",
        "ContainersReady=False ContainersNotReady containers with unready status: [mesh]",
      ],
    ],
    [
      "of a pod that is done",
      job,
      observedOf([ended("web", 0)], { sandbox: undefined }),
      [
        "PodReadyToStartContainers=False",
        "Initialized=True PodCompleted",
        "Ready=False PodCompleted",
        "ContainersReady=False PodCompleted",
      ],
    ],
    [
      "of a pod whose gates are closed",
      podOf({
        spec: { readinessGates: [{ conditionType: "example.com/lb" }, { conditionType: "example.com/dns" }] },
        status: { conditions: [{ type: "example.com/dns", status: "False" }] },
      }),
      observedOf([running("web")]),
      [
        "PodReadyToStartContainers=True",
        "Initialized=True",
        'Ready=False ReadinessGatesNotReady corresponding condition of pod readiness gate "example.com/lb" does not exist., ' +
          'the status of pod readiness gate "example.com/dns" is not "True", but False',
        "ContainersReady=True",
        "example.com/dns=False",
      ],
    ],
  ];
  for (const [name, pod, observed, conditions] of cases)
    test(name, () => assert.deepEqual(told(pod, observed), conditions));

  test("move their transition time only when they change", () => {
    const first = statusOf(probed, observedOf([running("web")]));
    const later = (observed: Observed) =>
      podStatus({ ...probed, status: first }, observed, { ...facts, now: now + seconds(60) });
    const times = ({ conditions = [] }: PodStatus) =>
      Object.fromEntries(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
    assert.deepEqual(times(later(observedOf([running("web")]))), times(first));
    assert.deepEqual(times(later(observedOf([running("web")], { probes: ready }))), {
      ...times(first),
      Ready: "2026-01-02T12:01:00Z",
      ContainersReady: "2026-01-02T12:01:00Z",
    });
  });
});

describe("a container's status", () => {
  const web = (observed: Observed) => statusOf(podOf(), observed).containerStatuses?.[0];
  const end = (attempt: number, exitCode = 1) => ({
    terminated: {
      exitCode,
      reason: "Error",
      startedAt: "2026-01-02T11:59:59Z",
      finishedAt: "2026-01-02T12:00:00Z",
      containerID: `portolan://7b1c/web/${attempt}`,
    },
  });

  test("tells runs apart", () => {
    assert.deepEqual(web(observedOf([ended("web", 1, { attempt: 2 }), running("web", 3)])), {
      name: "web",
      image: "web:1",
      imageID: "catalogue://web:1",
      containerID: "portolan://7b1c/web/3",
      restartCount: 3,
      ready: true,
      started: true,
      state: { running: { startedAt: "2026-01-02T11:59:00Z" } },
      lastState: end(2),
    });
  });

  test("shows each end once", () => {
    const waiting = web(observedOf([ended("web", 1), ended("web", 1, { attempt: 1 })]));
    assert.deepEqual(waiting?.lastState, end(1));
    assert.deepEqual(waiting?.state, {
      waiting: {
        reason: "CrashLoopBackOff",
        message: "back-off 10s restarting failed container=web pod=web-0_shop(7b1c)",
      },
    });
    const over = web(observedOf([ended("web", 1)]));
    assert.deepEqual([over?.state, over?.lastState], [end(0), {}]);
  });

  test("of an init container is ready once it is done", () => {
    const of = (observed: Observed) => statusOf(withInit, observed).initContainerStatuses?.[0]?.ready;
    assert.deepEqual(
      [of(observedOf([running("a")])), of(observedOf([ended("a", 0)])), of(observedOf([ended("a", 1)]))],
      [false, true, false],
    );
  });
});

describe("addresses", () => {
  const addresses = (pod: Pod, observed: Observed) => {
    const { hostIP, hostIPs, podIP, podIPs } = statusOf(pod, observed);
    return { hostIP, hostIPs, podIP, podIPs };
  };
  const host = { hostIP: "192.0.2.7", hostIPs: [{ ip: "192.0.2.7" }] };

  test("are the sandbox's", () =>
    assert.deepEqual(addresses(podOf(), observedOf()), {
      ...host,
      podIP: "10.244.0.5",
      podIPs: [{ ip: "10.244.0.5" }],
    }));
  test("are the host's with hostNetwork", () =>
    assert.deepEqual(addresses(podOf({ spec: { hostNetwork: true } }), observedOf()), {
      ...host,
      podIP: "192.0.2.7",
      podIPs: [{ ip: "192.0.2.7" }],
    }));
  test("stay when the sandbox is gone", () =>
    assert.equal(
      addresses(
        podOf({ status: { podIP: "10.244.0.9", podIPs: [{ ip: "10.244.0.9" }] } }),
        observedOf([], { sandbox: undefined }),
      ).podIP,
      "10.244.0.9",
    ));
});

test("what others decided is kept", () => {
  const before: PodStatus = {
    qosClass: "Burstable",
    conditions: [{ type: "PodScheduled", status: "True" }],
    startTime: "2026-01-01T00:00:00Z",
  };
  const { qosClass, startTime, conditions = [] } = statusOf(podOf({ status: before }), observedOf());
  assert.deepEqual(
    [qosClass, startTime, conditions.at(-1)],
    ["Burstable", "2026-01-01T00:00:00Z", { type: "PodScheduled", status: "True" }],
  );
});

test("a pod has failed once its time is over", () => {
  const pod = podOf({ spec: { activeDeadlineSeconds: 60 }, status: { startTime: "2026-01-02T11:59:00Z" } });
  const { phase, reason, message } = statusOf(pod, observedOf([running("web")]));
  assert.deepEqual(
    [phase, reason, message],
    ["Failed", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"],
  );
});

test("what was written of a run's probes holds until it is probed again; the next run begins without", () => {
  const containerStatuses = (containerID: string) => [
    {
      name: "web",
      image: "",
      imageID: "",
      restartCount: 0,
      state: {},
      lastState: {},
      started: true,
      ready: true,
      containerID,
    },
  ];
  const shown = (containerID: string, probe: "readinessProbe" | "startupProbe") => {
    const pod = podOf({
      spec: { containers: [containerOf("web", { [probe]: probeOf() })] },
      status: { containerStatuses: containerStatuses(containerID) },
    });
    const status = statusOf(pod, observedOf([running("web", 1)])).containerStatuses?.[0];
    return [status?.started, status?.ready];
  };
  assert.deepEqual(shown("portolan://7b1c/web/1", "readinessProbe"), [true, true]);
  assert.deepEqual(shown("portolan://7b1c/web/0", "readinessProbe"), [true, false]);
  assert.deepEqual(shown("portolan://7b1c/web/1", "startupProbe"), [true, true]);
  assert.deepEqual(shown("portolan://7b1c/web/0", "startupProbe"), [false, false]);
});
