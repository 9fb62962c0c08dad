import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { RotatingFile } from "./rotating-file.ts";

test("a file that would be too large is put aside, and only so many of those are kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ptl-rotating-"));
  try {
    const path = join(folder, "audit.log");
    await writeFile(path, "before\n");
    await writeFile(join(folder, "audit-notes.log"), "not ours");
    const file = new RotatingFile(path, { mostBytes: 16, backups: 2 });
    for (let i = 0; i < 6; i++) {
      await file.append(`line ${i} is long\n`);
      await new Promise((resolve) => setTimeout(resolve, 2)); // they are called by the millisecond
    }
    assert.equal(await readFile(path, "utf8"), "line 5 is long\n");
    const aside = (await readdir(folder)).filter((name) => /^audit-\d/.test(name)).toSorted();
    assert.deepEqual(await Promise.all(aside.map((name) => readFile(join(folder, name), "utf8"))), [
      "line 3 is long\n",
      "line 4 is long\n",
    ]);
    assert.equal((await stat(path)).mode & 0o077, 0, "nobody else reads it");
    assert.equal(await readFile(join(folder, "audit-notes.log"), "utf8"), "not ours");
  } finally {
    await rm(folder, { recursive: true });
  }
});
