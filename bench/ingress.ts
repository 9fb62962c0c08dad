import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../test/harness/cluster.ts";
import { findProgram } from "../test/harness/programs.ts";
import { askingCore, type Contender, contenders, listens, startBackend } from "./ingress/contenders.ts";
import { wrkScript } from "./ingress/table.ts";

const execute = promisify(execFile);
const rounds = 3;
const seconds = 4;

export interface ProxyRow {
  readonly name: string;
  /** Medians of the rounds. */
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p99: number;
}

/**
 * Requests a second, the proxy's CPU time for each, and p99 in ms: ours with 1,000 hosts of 10 paths, on HAProxy and embedded, beside HAProxy (bare,
 * and with a log and X-Forwarded-For) and nginx with one route and a proxy of node:http and undici, turn by turn. Nothing where wrk or nginx isn't there.
 */
export async function run(): Promise<readonly ProxyRow[]> {
  if (findProgram("wrk", "wrk") === undefined || findProgram("nginx", "nginx") === undefined) {
    console.log("ingress: left out, since it needs wrk (apt-get install wrk) and nginx (bin/setup --test)");
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-ingress-"));
  const backend = await freePort();
  const behind = startBackend(folder, backend);
  try {
    writeFileSync(join(folder, "load.lua"), wrkScript);
    await listens(backend);
    const all = contenders();
    const seen = new Map<string, Measured[]>(all.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const proxy of all) seen.get(proxy.name)?.push(await measure(proxy, folder, backend));
    return rowsOf(seen);
  } finally {
    if (behind !== undefined) await end(behind);
    rmSync(folder, { recursive: true });
  }
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p99: number;
}

async function measure(proxy: Contender, parent: string, backend: number): Promise<Measured> {
  const folder = mkdtempSync(join(parent, "proxy-"));
  const listen = await freePort();
  const child = proxy.start(folder, { listen, backend });
  try {
    await listens(listen);
    await load(parent, listen, 1);
    const before = cpuTicks(child);
    const { requests, ...measured } = await load(parent, listen, seconds);
    return { ...measured, cpuMicroseconds: ((cpuTicks(child) - before) * 10_000) / requests };
  } finally {
    await end(child);
  }
}

/** 32 clients that keep their connections. */
async function load(folder: string, port: number, forSeconds: number) {
  const { stdout } = await execute("taskset", [
    ...["-c", askingCore, "wrk", "-t1", "-c32", `-d${forSeconds}s`, "--latency", "-s", join(folder, "load.lua")],
    `http://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk met failures: ${stdout}`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { requests, perSecond, p99: Number(value) * ({ us: 1e-3, ms: 1, s: 1e3 }[unit ?? "ms"] ?? 1) };
}

function rowsOf(seen: ReadonlyMap<string, readonly Measured[]>): readonly ProxyRow[] {
  const rows = [...seen].map(([name, all]) => ({
    name,
    perSecond: median(all.map((it) => it.perSecond)),
    cpuMicroseconds: median(all.map((it) => it.cpuMicroseconds)),
    p99: median(all.map((it) => it.p99)),
  }));
  for (const { name, perSecond, cpuMicroseconds, p99 } of rows)
    console.log(
      `ingress: ${name.padEnd(16)} ${perSecond.toFixed(0).padStart(7)} requests/s, ` +
        `${cpuMicroseconds.toFixed(1)} us of CPU each, p99 ${p99.toFixed(1)} ms`,
    );
  return rows;
}

/** User and system time that the process has used, in hundredths of a second (proc(5)). */
function cpuTicks({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

if (import.meta.main) await run();
