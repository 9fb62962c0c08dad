import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { signalPid } from "#os/processes.ts";
import { eventually } from "../harness/eventually.ts";
import { type Machine, makeMachine, portolan } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { startTraffic } from "./load/calls.ts";
import { probed } from "./load/rollout.ts";
import { processesOf } from "./violence.ts";

const replicas = 3;
/** How long after its start the cluster is killed, each time: while it starts, as it gets ready, when it is at rest. */
const killAfterMs = [300, 600, 1500];

test("connections go on while the cluster is killed and started again, and pods are adopted", asRoot, async () => {
  await using machine = await makeMachine();
  const file = `${machine.dataDir}.yaml`;
  writeFileSync(file, probed("web", replicas));
  await machine.portolan("up", "-d", "-f", file);
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
  const [address, before] = [await addressOf(machine), await containersOf(machine)];

  await using traffic = startTraffic(machine, [address, 80, 200]);
  await kill(machine);
  for (const milliseconds of killAfterMs) {
    const starting = machine.run(...upAgain(machine));
    await pause(milliseconds);
    await kill(machine);
    await starting;
  }
  await machine.portolan("up", "-d");
  await machine.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
  await ready(machine);
  const calls = await traffic.end();

  assert.deepEqual(calls.failures, []);
  assert.equal(Object.keys(calls.answers).length, replicas, "the same pods answered all the time");
  assert.equal(await addressOf(machine), address);
  assert.deepEqual(await containersOf(machine), before, "the same containers, none of them restarted");
});

const upAgain = ({ dataDir }: Machine): readonly string[] => [portolan, "up", "-d", "--data-dir", dataDir];

/** Until none is left: one that was just being started would live on. */
async function kill(machine: Machine): Promise<void> {
  const noneLeft = async (): Promise<boolean> => {
    const left = await processesOf(machine, "/src/cli/main.ts");
    for (const pid of left) signalPid(pid, "SIGKILL");
    return left.length === 0;
  };
  await eventually("the cluster's process is gone", noneLeft, { seconds: 10 });
}

const addressOf = ({ kubectl }: Machine): Promise<string> =>
  kubectl("get", "service", "web", "-o=jsonpath={.spec.clusterIP}");

async function containersOf({ kubectl }: Machine): Promise<readonly string[]> {
  const [name, id, restarts] = [
    ".metadata.name",
    ".status.containerStatuses[0].containerID",
    ".status.containerStatuses[0].restartCount",
  ];
  const line = `{range .items[*]}{${name}} {${id}} {${restarts}}{"\\n"}{end}`;
  return (await kubectl("get", "pods", `-o=jsonpath=${line}`)).trim().split("\n").sort();
}

/** Every pod is told of as before. */
function ready({ kubectl }: Machine): Promise<unknown> {
  const count = async (): Promise<boolean> =>
    (await kubectl(
      "get",
      "endpointslices",
      "-l=kubernetes.io/service-name=web",
      "-o=jsonpath={.items[*].endpoints[*].conditions.ready}",
    )) === Array(replicas).fill("true").join(" ");
  return eventually("all endpoints are ready", count, { seconds: 20 });
}
