import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ip, mustIp } from "#net/ip.ts";
import { readLog } from "#os/container-log.ts";
import type { ContainerPlan, FilesPlan, ProcessPlan, SandboxPlan } from "#os/process-runtime/plan.ts";
import { purgeRuntime } from "#os/process-runtime/purge.ts";
import { type Container, openRuntime, type ProcessRuntime, type Sandbox } from "#os/process-runtime/runtime.ts";
import type { Ended } from "#os/process-runtime/state.ts";
import { defaultPath } from "#os/programs.ts";
import { eventually } from "../harness/eventually.ts";
import { heldUntilInterrupted } from "../harness/interruption.ts";

/** Why tests of the runtime can't run here; undefined where they can. */
export const whyNot = process.getuid?.() === 0 ? undefined : "needs root: it makes namespaces and mounts";

/** A runtime on a folder of its own, of which nothing is left when it is disposed of. */
export interface World extends AsyncDisposable {
  readonly dir: string;
  readonly runtime: ProcessRuntime;
  /** Ids of the containers whose end it was told of, in that order. */
  readonly ended: readonly string[];
  readonly sandbox: (change?: Partial<SandboxPlan>) => Promise<Sandbox>;
}

let made = 0;

export async function openWorld(dir?: string): Promise<World> {
  const folder = dir ?? (await mkdtemp(join(tmpdir(), "ptl-runtime-")));
  const ended: string[] = [];
  const failures: unknown[] = [];
  const runtime = await openRuntime({
    dir: folder,
    hidden: [folder],
    ended: ({ id }) => ended.push(id),
    failed: (fault) => failures.push(fault),
  });
  const owned = heldUntilInterrupted({
    async [Symbol.asyncDispose]() {
      runtime.close();
      await purgeRuntime(folder);
      if (failures.length > 0) throw new AggregateError(failures, "the runtime told of failures");
    },
  });
  return {
    dir: folder,
    runtime,
    ended,
    sandbox: (change = {}) => runtime.createSandbox({ ...sandboxPlan(`pod-${++made}`), ...change }),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export const sandboxPlan = (id: string): SandboxPlan => ({
  id,
  hostname: "web-0",
  network: [nextAddress()],
  hostPID: false,
  hostIPC: false,
  sysctls: {},
  labels: {},
});

/** Of a block that no other test process uses at the same time. */
export function nextAddress(): Ip {
  const block = process.pid % 4096;
  return mustIp(`10.${192 + (block >> 8)}.${block & 255}.${++addresses}`);
}
let addresses = 0;

export interface Change {
  readonly name?: string;
  readonly attempt?: number;
  readonly limits?: ContainerPlan["limits"];
  readonly process?: Partial<ProcessPlan>;
  readonly files?: Partial<FilesPlan>;
}

export function containerPlan(sandbox: Sandbox, argv: readonly string[], change: Change = {}): ContainerPlan {
  return {
    sandbox: sandbox.id,
    name: change.name ?? "main",
    attempt: change.attempt ?? 0,
    labels: {},
    limits: change.limits ?? {},
    process: {
      argv,
      env: { PATH: defaultPath },
      cwd: "/",
      user: { supplementalGroups: [] },
      capabilities: { kind: "changed", add: [], drop: [] },
      noNewPrivileges: false,
      stdio: { kind: "outputs" },
      ...change.process,
    },
    files: {
      mounts: [],
      etc: { hosts: "127.0.0.1\tlocalhost\n", hostname: "web-0\n", "resolv.conf": "nameserver 10.96.0.10\n" },
      privileged: false,
      readOnlyRoot: false,
      terminationMessagePath: "/dev/termination-log",
      ...change.files,
    },
  };
}

/** Waits until a container has ended, without stopping it. */
export function endOf(world: World, { id }: Pick<Container, "id">): Promise<Ended> {
  return eventually(`the end of ${id}`, async () => ended(await stateOf(world, id)), { seconds: 20 });
}

export async function stateOf({ runtime }: World, id: string): Promise<Container["state"] | undefined> {
  const containers = (await runtime.list()).flatMap((sandbox) => sandbox.containers);
  return containers.find((container) => container.id === id)?.state;
}

const ended = (state: Container["state"] | undefined): Ended | undefined =>
  state?.kind === "ended" ? state : undefined;

/** Runs a command in a pod of its own to its end, and gives what it printed and how it ended. */
export async function runOnce(
  world: World,
  argv: readonly string[],
  change: Change = {},
): Promise<Ended & { readonly output: string }> {
  const container = await world.runtime.startContainer(containerPlan(await world.sandbox(), argv, change));
  const end = await endOf(world, container);
  return { ...end, output: await logOf(container) };
}

export async function logOf({ logPath }: Pick<Container, "logPath">): Promise<string> {
  return Buffer.concat(await Array.fromAsync(readLog(logPath))).toString();
}

export const textOf = (path: string): Promise<string> => readFile(path, "utf8");

/** Waits until the container has printed this. */
export async function printed(container: Pick<Container, "logPath">, text: string): Promise<void> {
  await eventually(`${JSON.stringify(text)} in the log`, async () => (await logOf(container)).includes(text), {
    seconds: 20,
  });
}
