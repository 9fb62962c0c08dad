import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandFailed, run } from "./spawn.ts";

test("run: input, both outputs, and a vector that no shell reads", async () => {
  const { stdout, stderr } = await run(["sh", "-c", 'cat; echo "$0" >&2', "$(id) `id` 'x'"], { input: "text" });
  assert.deepEqual([stdout, stderr], ["text", "$(id) `id` 'x'\n"]);
});

test("run: much output, and input that nobody reads", async () => {
  const { stdout } = await run(["head", "-c", "3000000", "/dev/zero"], { input: "x".repeat(1_000_000) });
  assert.equal(stdout.length, 3_000_000);
});

const failures = [
  {
    argv: ["sh", "-c", "echo no >&2; exit 3"],
    exitCode: 3,
    message: "sh -c echo no >&2; exit 3 failed with code 3: no",
  },
  { argv: ["sh", "-c", "kill -9 $$"], exitCode: undefined, message: "sh -c kill -9 $$ was killed by SIGKILL" },
  { argv: ["portolan-nothing"], exitCode: undefined, message: "portolan-nothing is not there: no such program" },
] as const;

for (const { argv, exitCode, message } of failures) {
  test(`run: ${message}`, async () => {
    await assert.rejects(run(argv), (fault) => {
      assert.ok(fault instanceof CommandFailed);
      assert.deepEqual([fault.code, fault.message, fault.exitCode], ["CommandFailed", message, exitCode]);
      return true;
    });
  });
}

test("run: a missing program's fault names the package", async () => {
  const fault = await run(["portolan-nothing"]).catch((thrown: unknown) => thrown);
  assert.ok(fault instanceof CommandFailed);
  assert.match(fault.fix, /apt-get install portolan-nothing/);
});

test("run: a signal ends it", async () => {
  const stop = new AbortController();
  const running = run(["sleep", "600"], { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(running, { message: "enough" });
});
