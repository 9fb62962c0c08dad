import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { Execution } from "#os/process-runtime/exec.ts";
import { allPids, argumentsOf } from "#os/processes.ts";
import { eventually } from "../harness/eventually.ts";
import { containerPlan, endOf, logOf, openWorld, printed, whyNot } from "./world.ts";

const skip = whyNot ?? false;
const sleeper = ["sleep", "1000"];

/** Somebody at a command's terminal, or a container's: everything seen so far. */
function watch({ stdin, stdout }: Pick<Execution, "stdin" | "stdout">) {
  let seen = "";
  stdout.on("data", (piece: Buffer) => (seen += piece.toString()));
  return {
    seen: () => seen,
    type: (keys: string) => void stdin.write(keys),
    shows: (what: RegExp) => eventually(`${what} on the terminal`, () => sees(seen, what), { seconds: 10 }),
  };
}

test("a command has a terminal of its own: a name, a size, Ctrl-C, job control, an exit code", { skip }, async () => {
  await using world = await openWorld();
  const { id } = await world.runtime.startContainer(containerPlan(await world.sandbox(), sleeper));
  const shell = await world.runtime.execAtTerminal(id, ["bash", "--norc"]);
  const screen = watch(shell);
  shell.resize({ width: 101, height: 33 });
  screen.type("tty; stty size; echo $TERM; ls /dev/pts\n");
  await screen.shows(/\/dev\/pts\/0\r\n33 101\r\nxterm\r\n0\s+ptmx\r\n/);
  screen.type("trap 'echo resized to $(stty size)' WINCH; echo set\n");
  await screen.shows(/\rset\r\n/);
  shell.resize({ width: 80, height: 24 });
  screen.type("\n");
  await screen.shows(/resized to 24 80/);
  screen.type("sleep 999; echo and $?\n");
  await eventually("it sleeps", async () => (await sleeping("999")).length > 0, { seconds: 5 });
  screen.type("\x03");
  screen.type("echo code $?\n");
  await screen.shows(/code 130/);
  screen.type("sleep 998 &\nfg\n");
  await screen.shows(/sleep 998\r\n/);
  screen.type("\x1a");
  await screen.shows(/Stopped/);
  screen.type("exit 7\n");
  await screen.shows(/There are stopped jobs/);
  screen.type("exit 7\n");
  assert.equal(await shell.exitCode, 7);
  assert.doesNotMatch(screen.seen(), /cannot set terminal|no job control/);
});

test("the end of input is typed at a terminal, in the middle of a line too", { skip }, async () => {
  await using world = await openWorld();
  const { id } = await world.runtime.startContainer(containerPlan(await world.sandbox(), sleeper));
  for (const typed of ["exit 5\n", "", "exit 5"]) {
    const shell = await world.runtime.execAtTerminal(id, ["sh"]);
    const seen = text(shell.stdout);
    shell.stdin.end(typed);
    assert.equal(await shell.exitCode, typed === "exit 5\n" ? 5 : typed === "" ? 0 : 5, await seen);
  }
});

test("a command that leaves something in the background at its terminal is over all the same", { skip }, async () => {
  await using world = await openWorld();
  const { id } = await world.runtime.startContainer(containerPlan(await world.sandbox(), sleeper));
  const command = await world.runtime.execAtTerminal(id, ["sh", "-c", "trap '' HUP; sleep 997 & seq 20000"]);
  const seen = await text(command.stdout);
  assert.equal(seen, Array.from({ length: 20_000 }, (_, i) => `${i + 1}\r\n`).join(""));
});

test("a killed command at a terminal takes with it what it runs in the foreground", { skip }, async () => {
  await using world = await openWorld();
  const { id } = await world.runtime.startContainer(containerPlan(await world.sandbox(), sleeper));
  const shell = await world.runtime.execAtTerminal(id, ["sh", "-c", "sleep 996; echo after"]);
  await eventually("it sleeps", async () => (await sleeping("996")).length > 0, { seconds: 5 });
  await shell.kill();
  assert.equal(await shell.exitCode, 137);
  await eventually("it is gone", async () => (await sleeping("996")).length === 0, { seconds: 5 });
});

async function sleeping(seconds: string): Promise<readonly number[]> {
  const pids = await allPids();
  const all = await Promise.all(pids.map(argumentsOf));
  return pids.filter((_, i) => all[i]?.[0] === "sleep" && all[i]?.[1] === seconds);
}

test("a container reads what those that attach write, and `once` ends with the first of them", { skip }, async () => {
  await using world = await openWorld();
  const stdio = { kind: "input", once: true } as const;
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["sh", "-c", "cat; echo end"], { process: { stdio } }),
  );
  const input = await (await world.runtime.attach(container.id)).input();
  input?.write("first\n");
  await printed(container, "first");
  input?.end("second\n");
  assert.equal((await endOf(world, container)).exitCode, 0);
  assert.equal(await logOf(container), "first\nsecond\nend\n");
});

test("a container that keeps its input open outlives those that attach", { skip }, async () => {
  await using world = await openWorld();
  const stdio = { kind: "input", once: false } as const;
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["cat"], { process: { stdio } }),
  );
  for (const word of ["one\n", "two\n"]) {
    (await (await world.runtime.attach(container.id)).input())?.end(word);
    await printed(container, word);
  }
});

test("a container at a terminal echoes, has a size, and shows in its log what was on the terminal", {
  skip,
}, async () => {
  await using world = await openWorld();
  const stdio = { kind: "terminal", isOpen: true } as const;
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["sh"], { process: { stdio } }),
  );
  const attachment = await world.runtime.attach(container.id);
  const input = await attachment.input();
  await printed(container, "# ");
  await attachment.resize({ width: 91, height: 31 });
  input?.write("tty; stty size\n");
  await printed(container, "tty; stty size\r\n/dev/pts/0\r\n31 91\r\n# ");
  input?.write("exit 4\n");
  assert.equal((await endOf(world, container)).exitCode, 4);
});

test("a container at a terminal that can't run is told of like every other", { skip }, async () => {
  await using world = await openWorld();
  const stdio = { kind: "terminal", isOpen: true } as const;
  const plan = containerPlan(await world.sandbox(), ["nosuch"], { process: { stdio } });
  await assert.rejects(world.runtime.startContainer(plan), {
    message: 'exec: "nosuch": executable file not found in $PATH',
  });
});

test("a terminal is its user's, by name too", { skip }, async () => {
  await using world = await openWorld();
  const user = { user: "1234", supplementalGroups: [] };
  const stdio = { kind: "terminal", isOpen: false } as const;
  const script = "id -u; tty; stat -c %u $(tty); echo written > $(tty); read -r never";
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["sh", "-c", script], { process: { stdio, user } }),
  );
  await printed(container, "1234\r\n/dev/pts/0\r\n1234\r\nwritten\r\n");
  assert.equal(await (await world.runtime.attach(container.id)).input(), undefined);
  const command = await world.runtime.execAtTerminal(container.id, ["sh", "-c", script]);
  await watch(command).shows(/1234\r\n\/dev\/pts\/1\r\n1234\r\nwritten\r\n/);
  await command.kill();
});

test("twenty megabytes through a container's input come back as they were", { skip }, async () => {
  await using world = await openWorld();
  const stdio = { kind: "input", once: true } as const;
  const container = await world.runtime.startContainer(
    containerPlan(await world.sandbox(), ["sha256sum"], { process: { stdio } }),
  );
  const input = await (await world.runtime.attach(container.id)).input();
  const chunk = Buffer.alloc(1 << 20, "0123456789\n");
  const all = createHash("sha256");
  for (let i = 0; i < 20; i++) {
    all.update(chunk);
    await new Promise((resolve) => input?.write(chunk, resolve));
  }
  input?.end();
  await endOf(world, container);
  assert.equal(await logOf(container), `${all.digest("hex")}  -\n`);
});

/** Throws what is seen instead. */
function sees(seen: string, what: RegExp): boolean {
  assert.match(seen, what);
  return true;
}
