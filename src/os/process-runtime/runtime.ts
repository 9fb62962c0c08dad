import { type FSWatcher, watch } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pidsIn, removeCgroup } from "../cgroups.ts";
import { rotateLog } from "../container-log.ts";
import { namesIn, writeWhole } from "../files.ts";
import { connectFrom, type Destination } from "../inner-socket.ts";
import { eventually, WaitedInVain } from "../patience.ts";
import { bootId, isAlive, type ProcessId, signalPid, signalProcess } from "../processes.ts";
import { type Attachment, attachTo } from "./attachment.ts";
import { type Base, openBase } from "./base.ts";
import { startContainer } from "./container.ts";
import { type Execution, execIn } from "./exec.ts";
import { checkFolder, containerId, type Folders, foldersIn, partsOf } from "./folders.ts";
import { CannotRun, type ContainerPlan, type SandboxPlan } from "./plan.ts";
import { type ContainerRecord, readContainerRecord, readSandboxRecord } from "./record.ts";
import { createSandbox, isSandboxReady, removeSandbox, stopSandbox } from "./sandbox.ts";
import { type ContainerState, type Ended, endOf, lookAt, writeLost } from "./state.ts";
import { execAtTerminal } from "./terminal-exec.ts";

export interface RuntimeOptions {
  /** All that the runtime keeps is below this folder. */
  readonly dir: string;
  /** Folders of this machine that containers must not see, such as the one with the cluster's keys. */
  readonly hidden: readonly string[];
  /** Told of every container that ends while this runtime is open, once each. */
  readonly ended: (container: Container) => void;
  /** Told where a container's end could not be read. */
  readonly failed: (fault: unknown) => void;
}

export interface Sandbox {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  /** Our end of its veth pair; undefined where it is on the host's network. */
  readonly link: string | undefined;
  /** Whether its namespaces are there. After a reboot they are not: remove it and make another. */
  readonly ready: boolean;
  readonly containers: readonly Container[];
}

export interface Container {
  readonly id: string;
  readonly sandbox: string;
  readonly name: string;
  readonly attempt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
  /** Lines in CRI format: `container-log.ts` reads them. */
  readonly logPath: string;
  /** What the container wrote to its termination message file. */
  readonly terminationPath: string;
}

/**
 * Containers as processes of this machine: util-linux makes their namespaces, an overlay of `/` their files, and a conmon for
 * each keeps its exit code and its log. The folders are the only state, so what one runtime starts the next one finds.
 */
export class ProcessRuntime {
  readonly #folders: Folders;
  readonly #options: RuntimeOptions;
  readonly #base: Base;
  readonly #watch: FSWatcher;
  /** Being started: not in their folders yet as they will be. */
  readonly #starting = new Set<string>();
  /** Who waits for which container's end. */
  readonly #endings = new Map<string, Ending>();
  /** Ends that `ended` was called for: another look may have begun before the end and be over after it. */
  readonly #told = new Set<string>();

  constructor(options: RuntimeOptions, folders: Folders, base: Base) {
    this.#options = options;
    this.#folders = folders;
    this.#base = base;
    this.#watch = watch(folders.exits, (_, name) => {
      if (name !== null && this.#endings.has(name)) this.#settle(name).catch(options.failed);
    }).on("error", options.failed);
  }

  /** Stops looking; containers go on. */
  close(): void {
    this.#watch.close();
  }

  /** Throws `CommandFailed`, `SysctlRefused`; what was made until then is for `removeSandbox`. */
  async createSandbox(plan: SandboxPlan): Promise<Sandbox> {
    const { labels, addresses, link } = await createSandbox(this.#folders, plan);
    return { id: plan.id, labels, addresses, link, ready: true, containers: [] };
  }

  /**
   * Resolves once the program is about to run. Throws `CannotRun` where it can't; the container then is there as one that ended
   * with the reason StartError, and `ended` is not called.
   */
  async startContainer(plan: ContainerPlan): Promise<Container> {
    const id = containerId(plan);
    this.#starting.add(id);
    this.#await(id);
    try {
      await startContainer(this.#folders, plan, { base: this.#base, hidden: this.#options.hidden });
    } catch (fault) {
      this.#endings.delete(id);
      await this.#writeFault(id, fault);
      throw fault;
    } finally {
      this.#starting.delete(id);
    }
    return this.#container(id);
  }

  /**
   * SIGTERM, and SIGKILL after the grace. Gives the end also where it came before; undefined where `signal` fires during the grace:
   * from then on the container is left alone. Throws `WaitedInVain`.
   */
  async stopContainer(id: string, graceSeconds: number): Promise<Ended>;
  async stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<Ended | undefined>;
  async stopContainer(id: string, graceSeconds: number, signal?: AbortSignal): Promise<Ended | undefined> {
    const { state } = await this.#container(id);
    if (state.kind === "ended") return state;
    const ending = this.#await(id);
    if (state.kind === "running") {
      await signalProcess(state.process, "SIGTERM");
      const early = await within(ending.promise, graceSeconds, signal);
      if (early !== undefined || signal?.aborted === true) return early;
    }
    return this.#kill(id, ending);
  }

  /** Kills it where it still runs, and forgets it, its log too. */
  async removeContainer(id: string): Promise<void> {
    const folder = this.#folders.container(id);
    const { state } = await this.#container(id);
    if (state.kind !== "ended") await this.#kill(id, this.#await(id));
    const groups = (await readContainerRecord(folder.record))?.cgroups ?? [];
    for (const group of groups) {
      for (const pid of await pidsIn(group)) signalPid(pid, "SIGKILL");
      await removeCgroup(group);
    }
    await rm(folder.path, { recursive: true, force: true });
    await rm(folder.exit, { force: true });
    this.#endings.delete(id);
    this.#told.delete(id);
  }

  /** Lets go of its namespaces and addresses; what its containers left stays. They must have ended. */
  async stopSandbox(id: string): Promise<void> {
    await stopSandbox(this.#folders.sandbox(id));
  }

  /** Removes its containers first. Nothing happens where there is none. */
  async removeSandbox(id: string): Promise<void> {
    const folder = this.#folders.sandbox(id);
    await Promise.all((await this.#containerIds(id)).map((container) => this.removeContainer(container)));
    await removeSandbox(folder);
  }

  /** Everything that is there, from the folders: also what another process started before, and what a reboot left. */
  async list(): Promise<readonly Sandbox[]> {
    return Promise.all((await namesIn(this.#folders.sandboxes)).map((id) => this.#sandbox(id)));
  }

  /** Runs a command in a container that runs. Throws `CannotRun`. */
  async exec(id: string, argv: readonly string[]): Promise<Execution> {
    const { record, first } = await this.#running(id);
    return execIn(id, record, first, argv);
  }

  /** The same at a terminal of the command's own. */
  async execAtTerminal(id: string, argv: readonly string[]): Promise<Execution> {
    const { record, first } = await this.#running(id);
    return execAtTerminal(id, record, first, argv);
  }

  /** The input of a container that runs, and its terminal. Throws `CannotRun`, `ConmonUnreachable`. */
  async attach(id: string): Promise<Attachment> {
    const { record } = await this.#running(id);
    return attachTo(this.#folders.container(id), record);
  }

  async #running(id: string): Promise<{ readonly record: ContainerRecord; readonly first: ProcessId }> {
    const { state } = await this.#container(id);
    const record = await readContainerRecord(this.#folders.container(id).record);
    if (state.kind !== "running" || record === undefined)
      throw new CannotRun(id, `container is in ${criState(state)} state`);
    return { record, first: state.process };
  }

  /** A connection from inside a sandbox's network. Rejects with Node's own fault, and with `NamespaceShut`. */
  async connect(sandbox: string, to: Destination): Promise<Socket> {
    const { record, pins } = this.#folders.sandbox(sandbox);
    const isOfItsOwn = (await readSandboxRecord(record))?.pins.includes("net") ?? true;
    return connectFrom(isOfItsOwn ? pins.net : undefined, to);
  }

  /**
   * To be called every few seconds: moves logs on that have grown long, and finds containers whose conmon was killed, which end
   * with code 137 and the reason ContainerStatusUnknown.
   */
  async sweep(): Promise<void> {
    for (const id of this.#endings.keys()) {
      if (this.#starting.has(id)) continue;
      const folder = this.#folders.container(id);
      await rotateLog(folder.log, folder.control);
      await this.#settle(id);
    }
  }

  async #sandbox(id: string): Promise<Sandbox> {
    const folder = this.#folders.sandbox(id);
    const record = await readSandboxRecord(folder.record);
    const containers = await Promise.all((await this.#containerIds(id)).map((container) => this.#container(container)));
    const { labels = {}, addresses = [], link } = record ?? {};
    const ready = record !== undefined && (await isSandboxReady(folder, record));
    return { id, labels, addresses, link, ready, containers };
  }

  async #containerIds(sandbox: string): Promise<readonly string[]> {
    return (await namesIn(this.#folders.sandbox(sandbox).containers)).map((name) => `${sandbox}_${name}`);
  }

  async #container(id: string): Promise<Container> {
    return this.#described(id, await this.#settle(id));
  }

  async #described(id: string, state: ContainerState): Promise<Container> {
    const folder = this.#folders.container(id);
    const { labels = {} } = (await readContainerRecord(folder.record)) ?? {};
    return { id, ...partsOf(id), labels, state, logPath: folder.log, terminationPath: folder.termination };
  }

  /** Looks what became of a container, tells those who wait for its end, and ends what has lost its conmon. */
  async #settle(id: string): Promise<ContainerState> {
    if (this.#starting.has(id)) return { kind: "starting" };
    const folder = this.#folders.container(id);
    const seen = await lookAt(folder, await readContainerRecord(folder.record), await bootId());
    if (seen.kind === "starting" || seen.kind === "running") {
      this.#await(id);
      return seen;
    }
    const ended = seen.kind === "ended" ? seen : await this.#end(id, seen.survivor);
    const ending = this.#endings.get(id);
    this.#endings.delete(id);
    if (ending !== undefined && !this.#told.has(id)) {
      this.#told.add(id);
      this.#options.ended(await this.#described(id, ended));
    }
    ending?.resolve(ended);
    return ended;
  }

  async #end(id: string, survivor: ProcessId | undefined): Promise<Ended> {
    const folder = this.#folders.container(id);
    if (survivor !== undefined) {
      await signalProcess(survivor, "SIGKILL");
      await eventually(`process ${survivor.pid} has gone`, async () => !(await isAlive(survivor)), { seconds: 10 });
    }
    await writeLost(folder, "its end was not seen: its supervisor or the machine went down");
    const ended = await endOf(folder);
    if (ended === undefined) throw new RangeError(`no end was written for ${id}`);
    return ended;
  }

  async #kill(id: string, ending: Ending): Promise<Ended> {
    const deadline = performance.now() + 10_000;
    // Again and again: it may only now be starting, or conmon may die before it writes the end.
    for (;;) {
      const state = await this.#settle(id);
      if (state.kind === "ended") return state;
      if (state.kind === "running") await signalProcess(state.process, "SIGKILL");
      const ended = await within(ending.promise, 0.5);
      if (ended !== undefined) return ended;
      if (performance.now() > deadline) throw new WaitedInVain(`container ${id} has ended`, 10);
    }
  }

  #await(id: string): Ending {
    const known = this.#endings.get(id);
    if (known !== undefined) return known;
    const ending: Ending = Promise.withResolvers<Ended>();
    this.#endings.set(id, ending);
    return ending;
  }

  async #writeFault(id: string, fault: unknown): Promise<void> {
    const folder = this.#folders.container(id);
    const message = fault instanceof Error ? fault.message : String(fault);
    if ((await namesIn(this.#folders.sandbox(partsOf(id).sandbox).containers)).includes(basename(folder.path))) {
      await writeWhole(folder.fault, message);
    }
  }
}

/** As runtimes of Kubernetes name it. Source: ContainerState of the CRI. */
const criState = ({ kind }: ContainerState): string =>
  ({ starting: "CONTAINER_CREATED", running: "CONTAINER_RUNNING", ended: "CONTAINER_EXITED" })[kind];

interface Ending {
  readonly promise: Promise<Ended>;
  readonly resolve: (ended: Ended) => void;
}

/** Timers can't count further than some weeks. */
const longestSeconds = (2 ** 31 - 1) / 1000;

/** undefined where it takes longer, or `signal` fires before. */
async function within<T>(promise: Promise<T>, seconds: number, signal?: AbortSignal): Promise<T | undefined> {
  const stop = new AbortController();
  const end = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const late = pause(Math.min(seconds, longestSeconds) * 1000, undefined, { signal: end }).catch(() => undefined);
  const first = await Promise.race([promise, late]);
  stop.abort();
  return first;
}

/** Makes what is missing and looks whether this machine can do it. Throws `FolderUnfit`, `CommandFailed`. */
export async function openRuntime(options: RuntimeOptions): Promise<ProcessRuntime> {
  checkFolder(options.dir);
  const folders = foldersIn(options.dir);
  await Promise.all([folders.sandboxes, folders.exits].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  return new ProcessRuntime(options, folders, await openBase(folders.base));
}
