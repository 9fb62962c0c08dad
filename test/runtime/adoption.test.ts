import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { purgeRuntime } from "#os/process-runtime/purge.ts";
import { readSandboxRecord } from "#os/process-runtime/record.ts";
import { argumentsOf, isAlive, signalPid } from "#os/processes.ts";
import { eventually } from "../harness/eventually.ts";
import { differences, machineState, showDifference } from "../harness/machine-state.ts";
import { containerPlan, endOf, logOf, openWorld, printed, stateOf, type World, whyNot } from "./world.ts";

const skip = whyNot ?? false;

/** Starts a node agent's runtime in a process of its own, waits until its containers run, and kills it with SIGKILL. */
async function startAndKill(dir: string): Promise<void> {
  const agent = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "agent.ts"), dir],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await once(agent.stdout, "data");
  agent.kill("SIGKILL");
  await once(agent, "exit");
}

test("what a killed agent had started goes on, and the next one has every code and every line", { skip }, async () => {
  await using world = await openWorld();
  await startAndKill(world.dir);
  await using next = await openWorld(world.dir);
  const sandboxes = await next.runtime.list();
  assert.deepEqual(
    sandboxes.map(({ id, ready, labels }) => [id, ready, labels]),
    [["pod-1", true, { pod: "one" }]],
  );
  const named = new Map(
    sandboxes.flatMap(({ containers }) => containers.map((container) => [container.name, container])),
  );
  const writer = named.get("writer");
  const ticker = named.get("ticker");
  assert.ok(writer && ticker);
  assert.equal(ticker.state.kind, "running");
  // The writer counts to 20,000 and ends with 42 while nobody looks, or when the new agent looks already.
  const end = await endOf(next, writer);
  assert.deepEqual([end.exitCode, end.reason], [42, "Error"]);
  assert.equal(await logOf(writer), Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}\n`).join(""));
  const stopped = await next.runtime.stopContainer(ticker.id, 20);
  assert.equal(stopped.exitCode, 7);
  assert.ok(next.ended.includes(ticker.id), "an adopted container's end is told");
  const [adopted] = sandboxes;
  assert.ok(adopted);
  const plan = containerPlan(adopted, ["hostname"], { name: "ticker", attempt: 1 });
  const again = await next.runtime.startContainer(plan);
  await endOf(next, again);
  assert.equal(await logOf(again), "one\n");
});

test("input and terminals of containers outlive the agent", { skip }, async () => {
  await using world = await openWorld();
  await startAndKill(world.dir);
  await using next = await openWorld(world.dir);
  const containers = (await next.runtime.list()).flatMap((sandbox) => sandbox.containers);
  for (const [name, log] of [
    ["reader", "1\n"],
    ["shell", "# echo $((5-4))\r\n1\r\n# "],
  ]) {
    const container = containers.find((one) => one.name === name);
    assert.ok(container);
    const input = await (await next.runtime.attach(container.id)).input();
    input?.write("echo $((5-4))\n");
    await printed(container, log ?? "");
    input?.write("exit 6\n");
    assert.equal((await endOf(next, container)).exitCode, 6);
    input?.destroy();
  }
});

test("all is taken away after every process of ours was killed", { skip }, async () => {
  const before = await machineState();
  const { dir } = await leaveBehind();
  const { link, addresses } = (await readSandboxRecord(join(dir, "sandboxes/pod-1/sandbox.json"))) ?? {};
  const marks = [dir, dir.replaceAll("/", "-"), link ?? "no link", ...(addresses ?? [])];
  const ours = async (): Promise<readonly string[]> => {
    const lines = differences(before, await machineState()).map(showDifference);
    return lines.filter((line) => marks.some((mark) => line.includes(mark)));
  };
  assert.ok((await ours()).length > 5, "there is something to take away");
  await purgeRuntime(dir);
  assert.ok(!existsSync(dir));
  assert.deepEqual(await ours(), []);
  await purgeRuntime(dir);
});

async function leaveBehind(): Promise<World> {
  const world = await openWorld();
  world.runtime.close();
  await startAndKill(world.dir);
  await killConmons(world.dir);
  return world;
}

async function killConmons(dir: string): Promise<void> {
  for (const pid of await conmonsOf(dir)) signalPid(pid, "SIGKILL");
  await eventually("the conmons are gone", async () => (await conmonsOf(dir)).length === 0, { seconds: 20 });
}

async function conmonsOf(dir: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const ours = await Promise.all(
    pids.map(async (pid) => ((await argumentsOf(pid)).some((word) => word.startsWith(dir)) ? [pid] : [])),
  );
  return ours.flat();
}

test("a container whose supervisor was killed ends as one of which nothing is known", { skip }, async () => {
  await using world = await openWorld();
  const { id, state } = await world.runtime.startContainer(containerPlan(await world.sandbox(), ["sleep", "600"]));
  assert.ok(state.kind === "running");
  await killConmons(world.dir);
  await eventually(
    "the end is found",
    async () => {
      await world.runtime.sweep();
      return world.ended.includes(id);
    },
    { seconds: 20 },
  );
  const end = await stateOf(world, id);
  assert.ok(end?.kind === "ended");
  assert.deepEqual([end.exitCode, end.reason], [137, "ContainerStatusUnknown"]);
  assert.equal(await isAlive(state.process), false);
});

test("after a reboot nothing runs, the namespaces are gone, and another sandbox can be made", { skip }, async () => {
  await using world = await openWorld();
  const sandbox = await world.sandbox({ labels: { pod: "one" } });
  const { id } = await world.runtime.startContainer(containerPlan(sandbox, ["sleep", "600"]));
  world.runtime.close();
  const folder = join(world.dir, "sandboxes", sandbox.id);
  for (const record of [join(folder, "sandbox.json"), join(folder, "containers/main_0/container.json")]) {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    await writeFile(record, (await readFile(record, "utf8")).replace(boot, "an-earlier-boot"));
  }
  await killConmons(world.dir);
  await using next = await openWorld(world.dir);
  const [found] = await next.runtime.list();
  assert.deepEqual([found?.id, found?.ready, found?.labels], [sandbox.id, false, { pod: "one" }]);
  const state = found?.containers[0]?.state;
  assert.ok(state?.kind === "ended" && state.reason === "ContainerStatusUnknown", `${id}: ${JSON.stringify(state)}`);
  await next.runtime.removeSandbox(sandbox.id);
  const anew = await next.sandbox({ id: sandbox.id });
  await printed(await next.runtime.startContainer(containerPlan(anew, ["echo", "up again"])), "up again");
});

test("a start that was cut short at any step is told as one of which nothing is known, and can be taken away", {
  skip,
}, async () => {
  await using world = await openWorld();
  const { id, logPath } = await world.runtime.startContainer(containerPlan(await world.sandbox(), ["sleep", "600"]));
  world.runtime.close();
  await killConmons(world.dir);
  const ends = [join(world.dir, "exits", id), join(logPath, "../lost")];
  // In the other order than they are written: what comes last is the first to be missing.
  for (const file of ["pid", "born", "conmon", "fstab", "container.json"]) {
    for (const path of [join(logPath, "..", file), ...ends]) await rm(path, { force: true });
    const next = await openWorld(world.dir);
    const state = await stateOf(next, id);
    next.runtime.close();
    assert.ok(
      state?.kind === "ended" && state.reason === "ContainerStatusUnknown",
      `${file}: ${JSON.stringify(state)}`,
    );
  }
});
