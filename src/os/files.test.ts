import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { namesIn, readIfThere, writeWhole } from "./files.ts";

test("writeWhole replaces a file at once, with its mode, and leaves nothing beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ptl-files-"));
  try {
    const path = join(folder, "file");
    assert.equal(await readIfThere(path), undefined);
    await writeWhole(path, "old");
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => writeWhole(path, `new ${i}`, { mode: 0o600, durable: i === 0 })),
    );
    assert.match((await readIfThere(path)) ?? "", /^new \d+$/);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ["file"]);
    await assert.rejects(writeWhole(join(folder, "nowhere", "file"), "x"), { code: "ENOENT" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what is not there is no fault", async () => {
  assert.equal(await readIfThere("/nonexistent/file"), undefined);
  assert.equal(await readIfThere("/etc/passwd/file"), undefined);
  assert.deepEqual(await namesIn("/nonexistent"), []);
});
