import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { foldersIn } from "#os/process-runtime/folders.ts";
import { eventually } from "../harness/eventually.ts";
import { isReady, namespace, obedient, openWorld, shell, stubborn, type World, whyNot } from "./world.ts";

describe("a pod that is deleted", { skip: whyNot ?? false, concurrency: true }, () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(async () => {
    await using stopping = world;
    const { sandboxes } = foldersIn(join(stopping.folder, "runtime"));
    await eventually("an empty node", async () => (await readdir(sandboxes)).length === 0, { seconds: 20 });
    assert.deepEqual(world.failures, []);
  });
  const running = async (name: string) =>
    world.when(
      name,
      "runs",
      ({ status }) => status.containerStatuses?.every((one) => one.state.running !== undefined) === true,
    );

  test("ends by itself where its program ends when asked", async () => {
    // A program that is the first of its namespace doesn't even hear of a signal that it has not asked for yet.
    const asksFirst = shell("main", obedient.replace(";", "; touch /asked;"));
    const readinessProbe = { exec: { command: ["test", "-e", "/asked"] }, periodSeconds: 1 };
    await world.run("obedient", { containers: [{ ...asksFirst, readinessProbe }], terminationGracePeriodSeconds: 600 });
    await world.when("obedient", "is ready", isReady);
    await world.pods.delete(namespace, "obedient");
    await world.gone("obedient");
  });

  for (const [kind, preStop] of [
    ["sleep", { sleep: { seconds: 3600 } }],
    ["exec", { exec: { command: ["sleep", "3600"] } }],
    ["httpGet", { httpGet: { port: 1, host: "127.0.0.1" } }],
  ] as const)
    test(`ends though its preStop hook (${kind}) fails or takes too long`, async () => {
      const name = `hooked-${kind}`.toLowerCase();
      await world.run(name, { containers: [{ ...shell("main", stubborn), lifecycle: { preStop } }] });
      await running(name);
      await world.pods.delete(namespace, name);
      await world.gone(name);
    });

  test("by force is killed at once, though it is being asked politely", async () => {
    await world.run("forced", { containers: [shell("main", stubborn)], terminationGracePeriodSeconds: 600 });
    await running("forced");
    await world.pods.delete(namespace, "forced");
    await world.pods.delete(namespace, "forced", { gracePeriodSeconds: 0 });
    await world.gone("forced");
  });

  test("again with a shorter grace has only that", async () => {
    await world.run("shortened", { containers: [shell("main", stubborn)], terminationGracePeriodSeconds: 600 });
    await running("shortened");
    await world.pods.delete(namespace, "shortened");
    await world.when("shortened", "is going", ({ metadata }) => metadata.deletionTimestamp !== undefined);
    await world.pods.delete(namespace, "shortened", { gracePeriodSeconds: 1 });
    await world.gone("shortened");
  });

  test("but has a finalizer stays until that is gone, as one that has ended, and nothing is said twice", async () => {
    await world.run("held", { containers: [shell("main", obedient)] });
    await running("held");
    await world.pods.patch(namespace, "held", {
      type: "merge",
      body: { metadata: { finalizers: ["example.com/hold"] } },
    });
    await world.pods.delete(namespace, "held");
    const { metadata, status } = await world.when(
      "held",
      "is said to be gone",
      (pod) => pod.metadata.deletionGracePeriodSeconds === 0,
    );
    await world.pods.patch(namespace, "held", { type: "merge", body: { metadata: { finalizers: null } } });
    await world.gone("held");
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    assert.equal(status.phase, "Succeeded");
    assert.equal(status.containerStatuses?.[0]?.state.terminated?.exitCode, 0);
  });

  test("while its container is being started leaves nothing", async () => {
    const names = Array.from({ length: 6 }, (_, i) => `early-${i}`);
    await Promise.all(names.map((name) => world.run(name, { containers: [shell("main", obedient)] })));
    const hasAddress = (name: string) =>
      world.when(name, "has its address", ({ status }) => status.podIP !== undefined);
    await Promise.all(
      names.map(async (name, i) => {
        if (i > 1) await hasAddress(name); // its container is being started then
        await world.pods.delete(namespace, name, { gracePeriodSeconds: i % 2 });
      }),
    );
    await Promise.all(names.map(world.gone));
  });

  test("while its container is being started again is not said to have ended before that has", async () => {
    const onceThenOn = `if test -e /seen/once; then ${stubborn}; fi; touch /seen/once`;
    const container = { ...shell("main", onceThenOn), volumeMounts: [{ name: "seen", mountPath: "/seen" }] };
    const spec = { containers: [container], volumes: [{ name: "seen", emptyDir: {} }] };
    const untrue = new Set<string>();
    await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const name = `again-${i}`;
        await world.run(name, spec);
        // The next one is being started by then.
        await world.when(
          name,
          "has exited",
          ({ status }) => status.containerStatuses?.[0]?.state.terminated !== undefined,
        );
        await world.pods.delete(namespace, name);
        await eventually(
          `the end of ${name}`,
          async () => {
            const { status } = (await world.pod(name)) ?? {};
            const runs = status?.containerStatuses?.some(({ state }) => state.running !== undefined);
            if (runs && status?.phase !== "Running") untrue.add(`${name} runs and is ${status?.phase}`);
            return status === undefined;
          },
          { seconds: 20 },
        );
      }),
    );
    assert.deepEqual([...untrue], []);
  });
});
