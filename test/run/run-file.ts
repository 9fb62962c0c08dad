import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../harness/eventually.ts";
import { isOfPureRoom } from "./files.ts";
import type { TestResult } from "./reporter.ts";

const timeoutSeconds = 300;
/** A single test: so much earlier that its file can still clean up and say which test it was. */
const testTimeoutSeconds = 260;
/** After a SIGTERM: the time for `after` hooks to take everything away again. */
const graceSeconds = 15;
const withNode = join(import.meta.dirname, "../../bin/with-node");
const reporter = `${import.meta.dirname}/reporter.ts`;

export interface FileRun {
  readonly path: string;
  readonly seconds: number;
  readonly results: readonly TestResult[];
  /** What it printed; worth reading where it failed. */
  readonly output: string;
}

export interface Surroundings {
  readonly root: string;
  /** A folder for what the file prints and reports. */
  readonly scratch: string;
  /** Stops the file. */
  readonly signal: AbortSignal;
}

/** Runs one test file in a process group of its own, of which nothing is left afterwards. Never rejects for what the file does. */
export async function runFile(path: string, surroundings: Surroundings): Promise<FileRun> {
  const started = performance.now();
  const base = `${surroundings.scratch}/${path.replaceAll("/", "-")}`;
  const child = startFile(path, base, surroundings.root);
  const end = await endOf(child, surroundings.signal);
  const reported = readFileSync(`${base}.results`, "utf8");
  const results = reported.split("\n").flatMap((line): TestResult[] => (line === "" ? [] : [JSON.parse(line)]));
  const left = await processesLeft(child);
  const complaints = [end.complaint, silence(results, end), left].filter((complaint) => complaint !== undefined);
  return {
    path,
    seconds: (performance.now() - started) / 1000,
    results: [
      ...results,
      ...complaints.map((why): TestResult => ({ outcome: "failed", name: "the file as a whole", why })),
    ],
    output: readFileSync(`${base}.output`, "utf8"),
  };
}

function startFile(path: string, base: string, root: string): ChildProcess {
  // Node itself proves of pure rooms that they touch no file, socket or process.
  const confined = ["--permission", "--allow-fs-read=*"];
  const flags = isOfPureRoom(path) ? confined : [];
  const limit = `--test-timeout=${testTimeoutSeconds * 1000}`;
  const reporting = [`--test-reporter=${reporter}`, "--test-reporter-destination=stdout"];
  const output = openSync(`${base}.output`, "w");
  const results = openSync(`${base}.results`, "w");
  const child = spawn(withNode, [...flags, limit, ...reporting, path], {
    cwd: root,
    // Where this runner is itself under test, a file of its own must not take itself for a part of that.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    detached: true,
    stdio: ["ignore", output, output, results],
  });
  closeSync(output);
  closeSync(results);
  return child;
}

interface End {
  readonly exitCode: number | null;
  /** undefined where it ended by itself. */
  readonly complaint: string | undefined;
}

async function endOf(child: ChildProcess, stop: AbortSignal): Promise<End> {
  const exit = new Promise<number | null>((resolve, reject) => child.once("exit", resolve).once("error", reject));
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  const cut = AbortSignal.any([stop, timeout]);
  const interrupted = new Promise<"interrupted">((resolve) => {
    if (cut.aborted) resolve("interrupted");
    cut.addEventListener("abort", () => resolve("interrupted"), { once: true });
  });
  const first = await Promise.race([exit, interrupted]);
  if (first !== "interrupted") return { exitCode: first, complaint: undefined };
  killGroup(child, "SIGTERM");
  await Promise.race([exit, pause(graceSeconds * 1000, undefined, { ref: false })]);
  killGroup(child, "SIGKILL");
  return { exitCode: await exit, complaint: stop.aborted ? "interrupted" : `still ran after ${timeoutSeconds} s` };
}

/** What is wrong where a file ended badly, or said nothing, though no test of it failed. */
function silence(results: readonly TestResult[], { exitCode, complaint }: End): string | undefined {
  if (complaint !== undefined || results.some(({ outcome }) => outcome === "failed")) return undefined;
  if (exitCode !== 0) return `ended with ${exitCode === null ? "a signal" : `code ${exitCode}`}`;
  return results.length === 0 ? "declares no test" : undefined;
}

async function processesLeft(child: ChildProcess): Promise<string | undefined> {
  try {
    await eventually("the group's end", () => !killGroup(child, 0), { seconds: 2 });
    return undefined;
  } catch {
    killGroup(child, "SIGKILL");
    return "left processes running";
  }
}

/** Signals the whole process group; says whether there was one. Signal 0 only asks. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
