import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { makeMachine } from "../harness/machine.ts";
import { asRoot } from "./as-root.ts";
import { startTraffic } from "./load/calls.ts";
import { probed } from "./load/rollout.ts";

/** `PORTOLAN_ROLLOUTS` asks for more. */
const rollouts = Number(process.env.PORTOLAN_ROLLOUTS ?? 4);
const replicas = 3;

test(
  "no request fails while every pod of a Deployment is replaced, at 200 new connections a second",
  asRoot,
  async () => {
    await using machine = await makeMachine();
    const file = `${machine.dataDir}.yaml`;
    writeFileSync(file, probed("web", replicas));
    await machine.portolan("up", "-d", "-f", file);
    await machine.kubectl("rollout", "status", "deployment/web", "--timeout=30s");
    const address = await machine.kubectl("get", "service", "web", "-o=jsonpath={.spec.clusterIP}");
    const pods = async (): Promise<readonly string[]> =>
      (await machine.kubectl("get", "pods", "-l=app=web", "-o=jsonpath={.items[*].metadata.name}")).split(" ");
    const generations = [await pods()];

    await using traffic = startTraffic(machine, [address, 80, 200]);
    for (let round = 0; round < rollouts; round++) {
      await machine.kubectl("rollout", "restart", "deployment/web");
      await machine.kubectl("rollout", "status", "deployment/web", "--timeout=60s");
      await eventually("the pods from before are gone", async () => (await pods()).length === replicas, {
        seconds: 30,
      });
      generations.push(await pods());
    }
    const calls = await traffic.end();

    assert.deepEqual(calls.failures, []);
    assert.equal(new Set(generations.flat()).size, replicas * (rollouts + 1), "every pod was replaced each time");
    const silent = generations
      .slice(0, -1)
      .flat()
      .filter((name) => !Object.hasOwn(calls.answers, name));
    assert.deepEqual(silent, [], "every pod answered in its time");
  },
);
