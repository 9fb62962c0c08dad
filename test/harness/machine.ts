import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandEnv, run } from "#os/spawn.ts";
import { heldUntilInterrupted } from "./interruption.ts";
import { findKubectls } from "./kubectls.ts";
import { type MachineState, machineStateIn } from "./machine-state.ts";
import { makeNamespace } from "./namespaces.ts";

export const portolan = join(import.meta.dirname, "../../bin/portolan");

/** How a program ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A machine of a test's own, as far as its network goes: with an address, a default route, and this machine beside it as a host on
 * the same network. Programs in it share this machine's files and processes.
 */
export interface Machine extends AsyncDisposable {
  readonly address: string;
  /** For `ip netns exec`. */
  readonly namespace: string;
  /** This machine's end of the cable. */
  readonly cable: string;
  /** What a cluster here keeps; deleted with the machine. */
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** The newest kubectl of this machine. */
  readonly kubectlPath: string;
  /** Runs a program to its end; a code other than 0 is no fault. */
  readonly run: (...argv: readonly string[]) => Promise<Outcome>;
  readonly start: (...argv: readonly string[]) => ChildProcess;
  /** `portolan COMMAND --data-dir …`; rejects where its code isn't 0. */
  readonly portolan: (command: string, ...args: readonly string[]) => Promise<string>;
  /** That kubectl as the cluster's administrator; rejects where its code isn't 0. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly state: () => Promise<MachineState>;
}

let made = 0;

/** Needs root. A cluster that runs there is taken down with it. */
export async function makeMachine(): Promise<Machine> {
  await using unlessDone = new AsyncDisposableStack();
  const subnet = `10.223.${process.pid % 250}.${(made++ % 60) * 4}`;
  const address = `${subnet.replace(/\d+$/, (last) => String(Number(last) + 2))}`;
  const gateway = `${subnet.replace(/\d+$/, (last) => String(Number(last) + 1))}`;
  const host = unlessDone.use(await makeNamespace({ outside: `${gateway}/30`, inside: `${address}/30` }));
  const dataDir = await mkdtemp(`${tmpdir()}/portolan-life-`);
  unlessDone.defer(() => rm(dataDir, { recursive: true, force: true }));
  await chmod(dataDir, 0o755);
  const inside = (argv: readonly string[]): readonly string[] => [`--net=/run/netns/${host.name}`, ...argv];
  const start = (...argv: readonly string[]): ChildProcess =>
    spawn("nsenter", inside(argv), { stdio: ["ignore", "pipe", "pipe"], env: commandEnv() });
  const runInside = async (...argv: readonly string[]): Promise<Outcome> => listenTo(start(...argv)).ended;
  const demand = async (...argv: readonly string[]): Promise<string> => {
    const [program = "true", ...rest] = argv;
    return (await run(["nsenter", ...inside([program, ...rest])])).stdout;
  };
  unlessDone.defer(async () => {
    await runInside(portolan, "down", "--purge", "--data-dir", dataDir);
  });
  const kubeconfig = `${dataDir}/kubeconfig`;
  const kubectlPath = (await findKubectls()).at(-1)?.path ?? "kubectl";
  const owned = heldUntilInterrupted(unlessDone.move());
  return {
    address,
    namespace: host.name,
    cable: host.link,
    dataDir,
    kubeconfig,
    kubectlPath,
    run: runInside,
    start,
    portolan: (command, ...args) => demand(portolan, command, "--data-dir", dataDir, ...args),
    kubectl: (...args) => demand(kubectlPath, "--kubeconfig", kubeconfig, ...args),
    state: () => machineStateIn(host.name),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export interface Heard {
  /** What it has said on stdout until now. */
  readonly said: () => string;
  /** On stderr. */
  readonly complained: () => string;
  readonly ended: Promise<Outcome>;
}

/** Listens to a program that was started. */
export function listenTo(child: ChildProcess): Heard {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (part: Buffer) => {
    stdout += part;
  });
  child.stderr?.on("data", (part: Buffer) => {
    stderr += part;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { said: () => stdout, complained: () => stderr, ended };
}
