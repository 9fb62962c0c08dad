import assert from "node:assert/strict";
import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type LogOptions, parseLogRecord, readLog } from "./container-log.ts";

const lines = [
  "2026-01-01T10:00:00.000000001+00:00 stdout F first",
  "2026-01-01T10:00:01.000000000+00:00 stderr F oops",
  "2026-01-01T10:00:02.000000000+00:00 stdout P long ",
  "2026-01-01T10:00:02.500000000+00:00 stdout F line",
  "torn",
  "2026-01-01T10:00:03.000000000+00:00 stdout F ",
  "2026-01-01T12:00:04.000000000+02:00 stdout F a b  c",
];
const content = `${lines.join("\n")}\n`;

const cases: readonly { readonly name: string; readonly options: LogOptions; readonly shown: string }[] = [
  {
    name: "all of it, split lines joined, torn records left out",
    options: {},
    shown: "first\noops\nlong line\n\na b  c\n",
  },
  { name: "the last two lines", options: { tailLines: 2 }, shown: "\na b  c\n" },
  { name: "the last lines, where a split one is the first", options: { tailLines: 4 }, shown: "long line\n\na b  c\n" },
  { name: "more lines than there are", options: { tailLines: 100 }, shown: "first\noops\nlong line\n\na b  c\n" },
  { name: "no line", options: { tailLines: 0 }, shown: "" },
  { name: "since a time", options: { since: new Date("2026-01-01T10:00:03Z") }, shown: "\na b  c\n" },
  { name: "so many bytes", options: { limitBytes: 8 }, shown: "first\noo" },
  { name: "one stream", options: { stream: "stderr" }, shown: "oops\n" },
  {
    name: "with times, once a line",
    options: { timestamps: true, tailLines: 4 },
    shown:
      "2026-01-01T10:00:02.000000000Z long line\n2026-01-01T10:00:03.000000000Z \n2026-01-01T12:00:04.000000000+02:00 a b  c\n",
  },
];

for (const { name, options, shown } of cases) {
  test(`readLog: ${name}`, async () => {
    await using log = await logWith(content);
    assert.equal(Buffer.concat(await Array.fromAsync(readLog(log.path, options))).toString(), shown);
  });
}

test("readLog: nothing of a log that is not there", async () => {
  assert.deepEqual(await Array.fromAsync(readLog("/nonexistent/log")), []);
});

test("readLog: lines longer than what is read at once, and many of them", async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `${i} ${"x".repeat(i * 5)}`);
  await using log = await logWith(texts.map((text) => `2026-01-01T10:00:00Z stdout F ${text}\n`).join(""));
  assert.equal(Buffer.concat(await Array.fromAsync(readLog(log.path))).toString(), `${texts.join("\n")}\n`);
  const tail = Buffer.concat(await Array.fromAsync(readLog(log.path, { tailLines: 7 }))).toString();
  assert.equal(tail, `${texts.slice(-7).join("\n")}\n`);
});

test("readLog: following sees what is written later, goes on in the file that takes the log's place, and ends with the container", async () => {
  await using log = await logWith("2026-01-01T10:00:00Z stdout F one\n");
  const over = new AbortController();
  const reading = readLog(log.path, { follow: over.signal, tailLines: 1 });
  const next = async (): Promise<string> => (await reading.next()).value?.toString() ?? "end";
  assert.equal(await next(), "one\n");
  await appendFile(log.path, "2026-01-01T10:00:01Z stdout F two\n");
  assert.equal(await next(), "two\n");
  await rename(log.path, `${log.path}.1`);
  await appendFile(`${log.path}.1`, "2026-01-01T10:00:02Z stdout F three\n");
  await writeFile(`${log.path}.new`, "2026-01-01T10:00:03Z stdout F four\n");
  await rename(`${log.path}.new`, log.path);
  assert.equal((await next()) + (await next()), "three\nfour\n");
  await appendFile(log.path, "2026-01-01T10:00:04Z stdout F five\n");
  over.abort();
  assert.equal(await next(), "five\n");
  assert.equal(await next(), "end");
});

test("parseLogRecord: what is no record is none", () => {
  for (const line of ["", "x", "a b", "a stdout", "a stdout X text", "a stdin F text"]) {
    assert.equal(parseLogRecord(Buffer.from(line)), undefined, line);
  }
  assert.deepEqual(parseLogRecord(Buffer.from("t stdout F"))?.text, Buffer.alloc(0));
});

async function logWith(text: string): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "ptl-log-"));
  const path = join(folder, "log");
  await writeFile(path, text);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
