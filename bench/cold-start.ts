import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../test/harness/eventually.ts";
import { listenTo, makeMachine, portolan } from "../test/harness/machine.ts";
import { findEtcd } from "./etcd.ts";
import { median } from "./programming.ts";

const rounds = 7;
const example = join(import.meta.dirname, "../examples/hello");

/** In milliseconds from the start of the process. */
export interface ColdStartFigures {
  /** A machine that never ran Portolan: its code is not compiled yet. */
  readonly first: number;
  /** Every further time, in a fresh data folder; median. */
  readonly again: number;
  /** etcd alone, until it is healthy; undefined where it can't be had here. */
  readonly etcd: number | undefined;
}

/**
 * From `portolan up -f examples/hello` in an empty data folder, with its keys to be made, until each of the example's addresses has
 * been answered by a pod, the ClusterIP among them; beside etcd from its start until it is healthy, turn by turn in one run.
 */
export async function run(): Promise<ColdStartFigures> {
  await using etcd = await findEtcd();
  const [ours, theirs]: [number[], number[]] = [[], []];
  const compiled = await mkdtemp(join(tmpdir(), "portolan-bench-compiled-"));
  try {
    for (let round = 0; round < rounds; round++) {
      ours.push(await startHello(compiled));
      if (etcd === undefined) continue;
      await using running = await etcd.start();
      theirs.push(running.readyMs);
    }
  } finally {
    await rm(compiled, { recursive: true });
  }
  const [first = Number.NaN, ...later] = ours;
  const figures = { first, again: median(later), etcd: theirs.length === 0 ? undefined : median(theirs) };
  console.log(
    `cold start: ${figures.again.toFixed(0)} ms until every address of hello was answered, ${first.toFixed(0)} ms the very first time; ` +
      `etcd alone is healthy after ${figures.etcd?.toFixed(0) ?? "?"} ms`,
  );
  return figures;
}

async function startHello(compiled: string): Promise<number> {
  await using machine = await makeMachine();
  const began = performance.now();
  const command = [portolan, "up", "--data-dir", machine.dataDir, "-f", example];
  const child = machine.start("env", `NODE_COMPILE_CACHE=${compiled}`, ...command);
  const { said, ended } = listenTo(child);
  await eventually("hello answers", () => said().includes("Portolan is ready"), { seconds: 60 });
  const elapsed = performance.now() - began;
  child.kill("SIGTERM");
  await ended;
  if (!/ClusterIP +\S+ .* 200 You've hit hello-/.test(said())) throw new Error(`hello did not answer: ${said()}`);
  return elapsed;
}

if (import.meta.main) await run();
