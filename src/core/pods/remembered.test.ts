import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContainerState, PodStatus } from "#api/core/pod/status.ts";
import { showTime } from "#machinery/time.ts";
import { rememberedRuns } from "./remembered.ts";
import { containerOf, ended, minutes, now, podOf, running } from "./specimens.ts";

const status = (name: string, restartCount: number, state: ContainerState, lastState: ContainerState = {}) => ({
  name,
  state,
  lastState,
  restartCount,
  ready: false,
  image: "",
  imageID: "",
});
const terminated = (exitCode: number, reason: string): ContainerState => ({
  terminated: { exitCode, reason, startedAt: showTime(now - 1000), finishedAt: showTime(now) },
});
const runningSince: ContainerState = { running: { startedAt: showTime(now - minutes(1)) } };
const killed = {
  exitCode: 137,
  reason: "ContainerStatusUnknown",
  message: "The container could not be located when the pod was terminated",
  finishedAt: now - minutes(1),
};
const runsOf = (told: PodStatus, known: Parameters<typeof rememberedRuns>[1] = []) =>
  rememberedRuns(podOf({ spec: { initContainers: [containerOf("setup")] }, status: told }), known);

describe("runs that only the status tells of", () => {
  const web = (state: ContainerState, lastState?: ContainerState) =>
    runsOf({ containerStatuses: [status("web", 4, state, lastState)] });

  test("what was running counts as killed", () =>
    assert.deepEqual(web(runningSince), [
      { container: "web", attempt: 4, restartsInARow: 4, startedAt: now - minutes(1), end: killed },
    ]));
  test("what had ended has ended", () =>
    assert.deepEqual(web(terminated(3, "Error")), [ended("web", 3, { attempt: 4 })]));
  test("what waited to start again has ended too", () =>
    assert.deepEqual(web({ waiting: { reason: "CrashLoopBackOff" } }, terminated(137, "OOMKilled")), [
      ended("web", 137, { attempt: 4, restartsInARow: 4, reason: "OOMKilled" }),
    ]));
  test("what never ran has no run", () => assert.deepEqual(web({ waiting: { reason: "ContainerCreating" } }), []));
  test("what the node knows is not told again", () =>
    assert.deepEqual(runsOf({ containerStatuses: [status("web", 4, runningSince)] }, [running("web", 4)]), []));
  test("a reason that others write is an Error", () =>
    assert.equal(web(terminated(2, "DeadlineExceeded"))[0]?.end?.reason, "Error"));

  const setUp = { initContainerStatuses: [status("setup", 0, terminated(0, "Completed"))] };
  test("an init container that had done its work does it again in the new sandbox", () =>
    assert.deepEqual(runsOf(setUp), []));
  test("an init container of a pod that has ended does not", () =>
    assert.deepEqual(runsOf({ ...setUp, phase: "Succeeded" }), [ended("setup", 0)]));
});
