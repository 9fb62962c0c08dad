import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";

const session = join(import.meta.dirname, "full-disk-session.ts");
const run = promisify(execFile);

async function freshFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portolan-full-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("a full disk refuses writes by name, reads and watches go on, and writes return with the space", async (t) => {
  const unshare = ["unshare", "--mount", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];
  const [program = "", ...flags] = unshare;
  if (spawnSync(program, [...flags, "true"]).status !== 0) return t.skip("no mount namespace can be made here");
  const mount = 'mount -t tmpfs -o size=5m none "$1" && exec "$2" "$3" tmpfs "$1"';
  const script = ["sh", "-c", mount, "sh", await freshFolder(t), process.execPath, session];
  const { stdout } = await run(program, [...flags, ...script], { timeout: 60_000 });
  assert.match(stdout, /database or disk is full/);
});

test("a disk that fails refuses writes by name, reads and watches go on, and writes return with the disk", async (t) => {
  if (spawnSync("prlimit", ["--version"]).status !== 0) return t.skip("prlimit is not installed");
  // No file may grow beyond 2 MB: the write fails with EFBIG, which SQLite takes for any other I/O error.
  const script = ["--fsize=2097152:unlimited", process.execPath, session, "limit", await freshFolder(t)];
  const { stdout } = await run("prlimit", script, { timeout: 60_000 });
  assert.match(stdout, /disk I\/O error/);
});
