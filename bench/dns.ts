import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);
const services = 10_000;
const rounds = 3;
const seconds = 3;
/** The server and who asks have a core each. */
const [askingCore, servingCore] = ["0", "1"];

export interface DnsRow {
  readonly server: string;
  /** Answers a second, median of the rounds. */
  readonly perSecond: number;
  /** Of the server's CPU time, for each answer. */
  readonly cpuMicroseconds: number;
  /** Against unbound, or where that isn't installed against bare node:dgram. */
  readonly ratio: number;
}

/**
 * A records of 10,000 Services asked for with dnsperf: our server, the echo that node:dgram is at best, and unbound with the same
 * names where it is installed, turn by turn in one run. Nothing where dnsperf isn't installed.
 */
export async function run(): Promise<readonly DnsRow[]> {
  if (!(await isInstalled("dnsperf"))) {
    console.log("dns: left out, since dnsperf is not installed (apt-get install dnsperf)");
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-dns-"));
  try {
    const queries = join(folder, "queries");
    writeFileSync(
      queries,
      names()
        .map((name) => `${name} A\n`)
        .join(""),
    );
    const servers = ["ours", "bare dgram", ...((await isInstalled("unbound")) ? ["unbound"] : [])];
    const measured = new Map<string, Measured[]>(servers.map((server) => [server, []]));
    for (let round = 0; round < rounds; round++)
      for (const server of servers) measured.get(server)?.push(await measure(server, { folder, queries }));
    return show(measured);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const names = (): readonly string[] => Array.from({ length: services }, (_, i) => `svc-${i}.bench.svc.cluster.local`);

interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

function show(measured: ReadonlyMap<string, readonly Measured[]>): readonly DnsRow[] {
  const medians = [...measured].map(([server, all]) => ({
    server,
    perSecond: median(all.map((it) => it.perSecond)),
    cpuMicroseconds: median(all.map((it) => it.cpuMicroseconds)),
  }));
  const peer = medians.findLast(({ server }) => server !== "ours")?.perSecond ?? Number.NaN;
  const rows = medians.map((row) => ({ ...row, ratio: row.perSecond / peer }));
  for (const { server, perSecond, cpuMicroseconds, ratio } of rows)
    console.log(
      `dns: ${server.padEnd(10)} ${perSecond.toFixed(0).padStart(7)} answers/s, ` +
        `${cpuMicroseconds.toFixed(1)} us of CPU each, ratio ${ratio.toFixed(2)}`,
    );
  return rows;
}

async function measure(
  server: string,
  { folder, queries }: { readonly folder: string; readonly queries: string },
): Promise<Measured> {
  const { child, port } = server === "unbound" ? await startUnbound(folder) : await startNode(server);
  try {
    const before = cpuTicks(child);
    const { stdout } = await execute("taskset", [
      ...["-c", askingCore, "dnsperf", "-s", "127.0.0.1", "-p", String(port), "-d", queries],
      ...["-l", String(seconds), "-c", "4", "-T", "1", "-q", "256"],
    ]);
    const answered = Number(/Queries completed:\s+(\d+)/.exec(stdout)?.[1]);
    const perSecond = Number(/Queries per second:\s+([\d.]+)/.exec(stdout)?.[1]);
    if (!/NOERROR \d+ \(100\.00%\)/.test(stdout)) throw new Error(`${server} gave wrong answers: ${stdout}`);
    return { perSecond, cpuMicroseconds: ((cpuTicks(child) - before) * 10_000) / answered };
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startNode(server: string): Promise<Server> {
  const script = join(import.meta.dirname, "dns/server.ts");
  const kind = server === "ours" ? "ours" : "bare";
  const child = spawn("taskset", ["-c", servingCore, process.execPath, script, kind, String(services)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, port: Number(line) };
}

/** As an authority for the same names, from its configuration alone, one thread. */
async function startUnbound(folder: string): Promise<Server> {
  const port = 20_000 + (process.pid % 10_000);
  const records = names().map((name, i) => `  local-data: "${name} 5 IN A 10.96.${1 + (i >> 8)}.${i & 255}"\n`);
  const file = join(folder, "unbound.conf");
  writeFileSync(
    file,
    `server:\n  do-daemonize: no\n  num-threads: 1\n  interface: 127.0.0.1\n  port: ${port}\n  username: ""\n  chroot: ""\n` +
      `  directory: "${folder}"\n  pidfile: ""\n  use-syslog: no\n  logfile: ""\n  local-zone: "cluster.local" static\n${records.join("")}` +
      "remote-control:\n  control-enable: no\n",
  );
  const child = spawn("taskset", ["-c", servingCore, "unbound", "-d", "-v", "-c", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface(child.stderr)) if (line.includes("start of service")) break;
  return { child, port };
}

/** User and system time that the process has used, in hundredths of a second (proc(5)). */
function cpuTicks({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function isInstalled(program: string): Promise<boolean> {
  return execute("which", [program]).then(
    () => true,
    () => false,
  );
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

if (import.meta.main) await run();
