/** `npm test [-- WORD…]`: the checks, then every test file (those with one of the words in their path), then what is left of them. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { eventually } from "./harness/eventually.ts";
import { leftovers, type MachineState, machineState, showDifference } from "./harness/machine-state.ts";
import { findTests } from "./run/files.ts";
import type { TestResult } from "./run/reporter.ts";
import { type FileRun, runFile, type Surroundings } from "./run/run-file.ts";

const root = dirname(import.meta.dirname);
const sideBySide = 2;

async function main(words: readonly string[]): Promise<number> {
  const started = performance.now();
  const before = await machineState();
  const checks = words.length === 0 ? [await runChecks()] : [];
  const runs = await runTests(words);
  const left = await whatIsLeft(before);
  const results = [...checks, ...runs.flatMap((run) => run.results), ...left];
  showSummary(runs, left);
  const count = (outcome: TestResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  console.log(`\n${runs.length} files in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
  return count("failed") === 0 ? 0 : 1;
}

/** `npm run check`, which prints for itself. */
async function runChecks(): Promise<TestResult> {
  const child = spawn(`${root}/bin/with-node`, [`${root}/test/check.ts`], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once("exit", resolve).once("error", reject));
  console.log("");
  return { outcome: code === 0 ? "passed" : "failed", name: "npm run check", why: "" };
}

async function runTests(words: readonly string[]): Promise<FileRun[]> {
  const { small, ofClusters } = await findTests(root, words);
  const scratch = mkdtempSync(`${tmpdir()}/portolan-test-`);
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const surroundings = { root, scratch, signal: interrupt.signal };
    const runs = await runAll([...small, ...ofClusters], sideBySide, surroundings);
    return await secondLook(runs, surroundings);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** As many failing files as may be a matter of a busy machine; more are a matter of the program. */
const mostUnsteady = 3;

/**
 * A file that failed is run once more, with nothing beside it. What passes then is told as unsteady: tests here speak to
 * a kernel and to processes of a machine that others may be using, and one of two thousand that met a bad moment is no verdict.
 */
async function secondLook(runs: readonly FileRun[], surroundings: Surroundings): Promise<FileRun[]> {
  const failed = runs.filter(hasFailed);
  if (failed.length === 0 || failed.length > mostUnsteady || surroundings.signal.aborted) return [...runs];
  console.log("\nonce more, with nothing beside it");
  const again = await runAll(
    failed.map(({ path }) => path),
    1,
    surroundings,
  );
  for (const { path } of again.filter((run) => !hasFailed(run)))
    console.log(`unsteady: ${path} failed first, and passed alone`);
  return runs.map((run) => again.find(({ path }) => path === run.path) ?? run);
}

const hasFailed = ({ results }: FileRun): boolean => results.some(({ outcome }) => outcome === "failed");

/** Runs the files, `width` at a time, and tells of each as it ends. */
async function runAll(paths: readonly string[], width: number, surroundings: Surroundings): Promise<FileRun[]> {
  const waiting = [...paths];
  const runs: FileRun[] = [];
  const worker = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined && !surroundings.signal.aborted; path = waiting.shift()) {
      const run = await runFile(path, surroundings);
      runs.push(run);
      showRun(run);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return runs;
}

function showRun({ path, seconds, results, output }: FileRun): void {
  const failures = results.filter(({ outcome }) => outcome === "failed");
  console.log(`${failures.length === 0 ? "ok    " : "FAILED"} ${path} (${results.length}, ${seconds.toFixed(1)} s)`);
  for (const { name, why } of failures) console.log(indented(`${name}\n${indented(why)}`));
  if (failures.length > 0 && output.trim() !== "") console.log(indented(`it printed:\n${indented(output.trimEnd())}`));
}

function showSummary(runs: readonly FileRun[], left: readonly TestResult[]): void {
  const slowest = runs.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10);
  console.log("\nslowest files");
  for (const { path, seconds } of slowest) console.log(indented(`${seconds.toFixed(1)} s ${path}`));
  const skipped = runs.flatMap(({ path, results }) =>
    results.filter(({ outcome }) => outcome === "skipped").map(({ name, why }) => `${path}: ${name}: ${why}`),
  );
  console.log(skipped.length === 0 ? "\nnothing was left out" : "\nleft out, and why");
  for (const line of skipped) console.log(indented(line));
  if (left.length > 0) console.log("\nFAILED: left on this machine after the tests");
  for (const { name } of left) console.log(indented(name));
}

/** A failure for everything that stays behind: the kernel is given a while to finish what it does in the background. */
async function whatIsLeft(before: MachineState): Promise<TestResult[]> {
  let left = leftovers(before, await machineState());
  const isGone = async (): Promise<boolean> => {
    left = leftovers(before, await machineState());
    return left.length === 0;
  };
  await eventually("the machine to be as before", isGone, { seconds: 10 }).catch(() => undefined);
  return left.map((difference) => ({ outcome: "failed", name: showDifference(difference), why: "left behind" }));
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

process.exitCode = await main(process.argv.slice(2));
