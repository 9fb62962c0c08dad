import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Failure, type Loop, type LoopOptions, loop } from "./loop.ts";

/** A loop over keys that the test enqueues; work ends when the test says so, or at once. */
function looping(options: Partial<LoopOptions<string>> = {}) {
  const worked: string[] = [];
  const failures: Failure[] = [];
  const running: Loop = loop<string>({
    name: "test",
    sources: [],
    plan: (key) => key,
    apply: async (key) => {
      worked.push(key);
      return undefined;
    },
    parallel: 2,
    backoff: { firstSeconds: 0.001, longestSeconds: 0.002, random: () => 0.5 },
    failed: (failure) => failures.push(failure),
    ...options,
  });
  return { running, worked, failures };
}

test("keys that change in one turn are worked on once", async () => {
  const { running, worked } = looping();
  for (const key of ["a", "b", "a", "a"]) running.enqueue(key);
  await running.idle();
  assert.deepEqual(worked, ["a", "b"]);
  await running.stop();
});

test("a key is never worked on twice at a time; a change meanwhile brings it back", async () => {
  const gates: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const { running } = looping({
    apply: async () => {
      most = Math.max(most, ++now);
      await new Promise<void>((resolve) => gates.push(resolve));
      now--;
      return undefined;
    },
  });
  running.enqueue("a");
  await turn();
  await turn();
  running.enqueue("a");
  running.enqueue("a");
  await turn();
  assert.equal(gates.length, 1);
  gates[0]?.();
  while (gates.length < 2) await turn();
  gates[1]?.();
  await running.idle();
  assert.deepEqual([most, gates.length], [1, 2]);
  await running.stop();
});

test("no more keys than `parallel` are worked on side by side", async () => {
  let [now, most] = [0, 0];
  const { running } = looping({
    apply: async () => {
      most = Math.max(most, ++now);
      await turn();
      now--;
      return undefined;
    },
  });
  for (let i = 0; i < 20; i++) running.enqueue(`key-${i}`);
  await running.idle();
  assert.equal(most, 2);
  await running.stop();
});

test("what fails is tried again until it works, also a plan; other keys don't wait for it", async () => {
  let left = 6;
  const done = Promise.withResolvers<void>();
  const order: string[] = [];
  const { running, failures } = looping({
    plan: (key) => {
      if (key === "bad" && left % 2 === 0 && left-- > 0) throw new RangeError("no plan");
      return key;
    },
    apply: async (key) => {
      if (key === "bad" && left-- > 0) throw new RangeError("no luck");
      order.push(key);
      if (key === "bad") done.resolve();
      return undefined;
    },
  });
  for (const key of ["bad", "good"]) running.enqueue(key);
  await done.promise;
  assert.deepEqual(order, ["good", "bad"]);
  assert.deepEqual(
    failures.map((one) => one.failures),
    [1, 2, 3, 4, 5, 6],
  );
  await running.stop();
});

test("work that asks for it comes again, and a plan of nothing ends that", async () => {
  let left = 3;
  const done = Promise.withResolvers<void>();
  const { running, worked } = looping({
    plan: (key) => {
      if (left-- > 0) return key;
      done.resolve();
      return undefined;
    },
    apply: async (key) => {
      worked.push(key);
      return { againSeconds: 0.001 };
    },
  });
  running.enqueue("a");
  await done.promise;
  assert.deepEqual(worked, ["a", "a", "a"]);
  await running.stop();
});

test("nothing begins before every source has shown what it has, nor after stop", async () => {
  const synced = Promise.withResolvers<void>();
  const connect = (enqueue: (key: string) => void) => {
    enqueue("first");
    return () => {};
  };
  const { running, worked } = looping({
    sources: [{ connect, synced: () => synced.promise }],
  });
  await turn();
  assert.deepEqual(worked, []);
  synced.resolve();
  await running.idle();
  assert.deepEqual(worked, ["first"]);
  await running.stop();
  running.enqueue("late");
  await turn();
  await turn();
  assert.deepEqual(worked, ["first"]);
});
