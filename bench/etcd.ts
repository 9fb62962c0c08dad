import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyPair } from "#os/pki.ts";
import { CommandFailed, run } from "#os/spawn.ts";
import { freePort } from "../test/harness/cluster.ts";
import { eventually } from "../test/harness/eventually.ts";
import { findProgram } from "../test/harness/programs.ts";

/** The store that other clusters need before anything of theirs can start. */
export interface Etcd extends AsyncDisposable {
  /** Starts it without any data, over TLS where it is given what to show; resolves when it is healthy. */
  readonly start: (serving?: KeyPair) => Promise<RunningEtcd>;
}
export interface RunningEtcd extends AsyncDisposable {
  readonly pid: number;
  /** Where clients find it. */
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
  return { start: (serving) => start({ program, folder, serving }), [Symbol.asyncDispose]: () => owned.disposeAsync() };
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

interface Start {
  readonly program: string;
  readonly folder: string;
  readonly serving: KeyPair | undefined;
}

async function start({ program, folder, serving }: Start): Promise<RunningEtcd> {
  const holding = await mkdtemp(join(folder, "run-"));
  const [metrics, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const client = `${serving === undefined ? "http" : "https"}://127.0.0.1:${await freePort()}`;
  const [cert, key] = [join(holding, "server.crt"), join(holding, "server.key")];
  await writeFile(cert, serving?.certificate ?? "");
  await writeFile(key, serving?.key ?? "", { mode: 0o600 });
  const began = performance.now();
  const child: ChildProcess = spawn(
    program,
    [
      ...["--data-dir", join(holding, "etcd"), "--log-level", "error", "--initial-cluster", `default=${peer}`],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-metrics-urls", metrics, ...(serving === undefined ? [] : ["--cert-file", cert, "--key-file", key])],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
    ],
    { stdio: "ignore" },
  );
  const exited = once(child, "exit");
  const isHealthy = async (): Promise<boolean> => (await fetch(`${metrics}/health`)).ok;
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
