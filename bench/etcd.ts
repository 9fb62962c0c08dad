import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFailed, run } from "#os/spawn.ts";
import { freePort } from "../test/harness/cluster.ts";
import { eventually } from "../test/harness/eventually.ts";
import { findProgram } from "../test/harness/programs.ts";

/** The store that other clusters need before anything of theirs can start. */
export interface Etcd extends AsyncDisposable {
  /** Starts it without any data; resolves when it is healthy. */
  readonly start: () => Promise<RunningEtcd>;
}
export interface RunningEtcd extends AsyncDisposable {
  readonly pid: number;
  /** Where clients find it, without TLS. */
  readonly url: string;
  /** From the start of its process, in milliseconds. */
  readonly readyMs: number;
}

/** The machine's own etcd, else Debian's unpacked into a folder of its own; undefined where neither can be had. */
export async function findEtcd(): Promise<Etcd | undefined> {
  await using unlessDone = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "portolan-bench-etcd-"));
  unlessDone.defer(() => rm(folder, { recursive: true }));
  const program = findProgram("etcd", "etcd-server") ?? (await unpacked(folder));
  if (program === undefined) return undefined;
  const owned = unlessDone.move();
  return { start: () => start(program, folder), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function unpacked(folder: string): Promise<string | undefined> {
  try {
    await run(["env", "-C", folder, "apt-get", "download", "-q", "etcd-server"]);
    await run(["sh", "-c", 'dpkg -x "$0"/*.deb "$0/root"', folder]);
    return `${folder}/root/usr/bin/etcd`;
  } catch (fault) {
    if (fault instanceof CommandFailed) return undefined;
    throw fault;
  }
}

async function start(program: string, folder: string): Promise<RunningEtcd> {
  const holding = await mkdtemp(join(folder, "run-"));
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const began = performance.now();
  const child: ChildProcess = spawn(
    program,
    [
      ...["--data-dir", holding, "--log-level", "error", "--initial-cluster", `default=${peer}`],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
    ],
    { stdio: "ignore" },
  );
  const exited = once(child, "exit");
  const isHealthy = async (): Promise<boolean> => (await fetch(`${client}/health`)).ok;
  await eventually("etcd is healthy", isHealthy, { seconds: 30 });
  return {
    pid: child.pid ?? 0,
    url: client,
    readyMs: performance.now() - began,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
