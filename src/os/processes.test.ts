import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { argumentsOf, isAlive, parseStat, processNow, signalProcess } from "./processes.ts";

test("parseStat: a command's name may hold anything", () => {
  const rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
  assert.deepEqual(parseStat(`42 (a) b (c)) ${rest}`), { state: "S", parent: 1, bornTicks: 4711 });
  assert.equal(parseStat(""), undefined);
  assert.equal(parseStat("42 (x"), undefined);
});

test("a process is told from a later one with its number, and a dead one from a living", async () => {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  await once(child, "spawn");
  const now = await processNow(child.pid ?? 0);
  assert.ok(now !== undefined);
  assert.deepEqual(await argumentsOf(now.pid), ["sleep", "600"]);
  assert.ok(await isAlive(now));
  const later = { ...now, bornTicks: now.bornTicks + 1 };
  assert.equal(await isAlive(later), false);
  await signalProcess(later, "SIGKILL");
  assert.ok(await isAlive(now), "the signal was not for it");
  await signalProcess(now, "SIGKILL");
  await once(child, "exit");
  assert.equal(await isAlive(now), false);
  await signalProcess(now, "SIGKILL");
  assert.deepEqual(await argumentsOf(now.pid), []);
});
