import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CommandFailed, run } from "#os/spawn.ts";

test("what nobody catches is in the log before the process ends of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-log-"));
  try {
    const script = `
      const { logUncaught, openLog } = await import(${JSON.stringify(join(import.meta.dirname, "log.ts"))});
      logUncaught(openLog(${JSON.stringify(folder)}, "test", 0));
      Promise.reject(new Error("unheard of"));`;
    const argv = [process.execPath, ...process.execArgv, "--input-type=module-typescript", "--eval", script] as const;
    await assert.rejects(run(argv), (fault) => fault instanceof CommandFailed && fault.exitCode === 1);
    assert.match(
      readFileSync(join(folder, "log", "test.log"), "utf8"),
      /^F\d{4} [\d:.]+ \d+ nobody caught this: Error: unheard of\\n {4}at /,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
