import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { processesOf } from "../test/cluster/violence.ts";
import { makeMachine } from "../test/harness/machine.ts";
import { findEtcd } from "./etcd.ts";

const idleSeconds = 10;
const example = join(import.meta.dirname, "../examples/hello");

/** In MB of 1,000,000 bytes. */
export interface Memory {
  readonly rss: number;
  /** Pages shared with others count in part: proportional set size. */
  readonly pss: number;
}
export interface MemoryFigures {
  /** The one process that is the whole cluster; pods and their supervisors are not counted. */
  readonly ours: Memory;
  /** etcd alone and empty; undefined where it can't be had here. */
  readonly etcd: Memory | undefined;
}

/** What the cluster's own process holds, 10 s after examples/hello is up, beside an empty etcd after as long. */
export async function run(): Promise<MemoryFigures> {
  await using machine = await makeMachine();
  await machine.portolan("up", "-d", "-f", example);
  await using etcd = await findEtcd();
  await using running = await etcd?.start();
  await pause(idleSeconds * 1000);
  const own = await processesOf(machine, "/src/cli/main.ts");
  if (own.length !== 1) throw new Error(`the cluster is ${own.length} processes`);
  const figures = { ours: await memoryOf(own[0] ?? 0), etcd: running && (await memoryOf(running.pid)) };
  const show = (memory: Memory | undefined): string =>
    memory === undefined
      ? "not here"
      : `${memory.rss.toFixed(0)} MB resident, ${memory.pss.toFixed(0)} MB proportional`;
  console.log(`memory: idle, with hello up: ${show(figures.ours)}; etcd alone: ${show(figures.etcd)}`);
  return figures;
}

async function memoryOf(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  const megabytes = (name: string): number =>
    (Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1]) * 1024) / 1e6;
  return { rss: megabytes("Rss"), pss: megabytes("Pss") };
}

if (import.meta.main) await run();
