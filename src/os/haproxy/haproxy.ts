import { join } from "node:path";
import { readIfThere, writeWhole } from "../files.ts";
import { type ProcessId, signalProcess } from "../processes.ts";
import { checkConfiguration } from "./check.ts";
import { type Generation, Generations, type HaproxyFiles } from "./generations.ts";
import { Leavers } from "./leavers.ts";
import { RuntimeSocketLost } from "./runtime-socket.ts";
import { adopt, startWorker, type Worker, type WorkerOptions } from "./worker.ts";

export interface HaproxyOptions extends WorkerOptions {
  /** For files, certificates with their keys among them: it is made, for its owner alone. */
  readonly folder: string;
  /** How long an old worker may let its requests end before a further reload ends them, where there are two old ones. */
  readonly patienceSeconds: number;
  /** The worker that takes connections has ended by itself. */
  readonly died: () => void;
  /** An old worker was ended, with so many streams. */
  readonly cut: (streams: number) => void;
}

/** HAProxy, as one of its workers after another. One call at a time. */
export interface Haproxy {
  /** Whether somebody takes connections, since this run or an earlier one has started it. */
  readonly isServing: () => boolean;
  /** Processes, the leaving ones among them. */
  readonly alive: () => number;
  /** Whether `load` would not have to wait for an old worker. */
  readonly hasRoom: () => boolean;
  /** Rejects with `ConfigurationRefused` where HAProxy would not take these files. */
  readonly check: (files: HaproxyFiles) => Promise<void>;
  /**
   * Checks the files and serves by them, without a gap where something is served already: that is the reload. Rejects with `ConfigurationRefused`,
   * and everything stays as it was.
   */
  readonly load: (files: HaproxyFiles) => Promise<void>;
  /** As `load`, of the files that HAProxy has served last, in an earlier run of ours; false where there are none. */
  readonly loadLastGood: () => Promise<boolean>;
  /** What is served has become this by commands: it is what an unlucky start goes back to. */
  readonly remember: (files: HaproxyFiles) => Promise<void>;
  /** Answers of the worker that takes connections. Rejects with `RuntimeSocketLost`. */
  readonly ask: (commands: readonly string[]) => Promise<readonly string[]>;
  /** Takes no new connection, waits so long for what is under way, and ends the rest. */
  readonly stop: (seconds: number) => Promise<void>;
}

/** Never more processes than this (one serves, two leave): each has the memory of a whole configuration. */
const mostAlive = 3;

/** Takes over what an earlier run has left: it serves until the first `load`. */
export async function openHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const hands = new Hands(options);
  await hands.open();
  return hands;
}

class Hands implements Haproxy {
  readonly #options: HaproxyOptions;
  readonly #generations: Generations;
  readonly #leavers: Leavers;
  #serving: Worker | undefined;
  #generation: Generation | undefined;

  constructor(options: HaproxyOptions) {
    this.#options = options;
    this.#generations = new Generations(options.folder);
    this.#leavers = new Leavers({
      most: mostAlive,
      patienceSeconds: options.patienceSeconds,
      cut: (_, streams) => options.cut(streams),
    });
  }

  async open(): Promise<void> {
    await this.#generations.open();
    for (const id of await readWorkers(this.#options.folder)) {
      const worker = await adopt(id, this.#options.runtimeSocket);
      if (worker === undefined) continue;
      if (worker.runtime === undefined) this.#leavers.add(worker);
      else this.#serve(worker);
    }
  }

  readonly isServing = (): boolean => this.#serving !== undefined;

  readonly alive = (): number => this.#leavers.all.length + (this.#serving === undefined ? 0 : 1);

  readonly hasRoom = (): boolean => this.#leavers.hasRoom();

  readonly check = async (files: HaproxyFiles): Promise<void> => {
    const generation = await this.#generations.write(files, this.#generation);
    await checkConfiguration(this.#options.program, generation).finally(() => this.#generations.discard(generation));
  };

  readonly load = async (files: HaproxyFiles): Promise<void> => {
    const generation = await this.#generations.write(files, this.#generation);
    try {
      await checkConfiguration(this.#options.program, generation);
      await this.#leavers.makeRoom();
      await this.#replace(generation);
    } catch (fault) {
      await this.#generations.discard(generation);
      throw fault;
    }
    this.#generation = generation;
    await this.#generations.praise(generation);
  };

  readonly loadLastGood = async (): Promise<boolean> => {
    const good = await this.#generations.lastGood();
    if (good === undefined) return false;
    await this.#leavers.makeRoom();
    await this.#replace(good);
    this.#generation = good;
    return true;
  };

  readonly remember = async (files: HaproxyFiles): Promise<void> => {
    const generation = await this.#generations.write(files, this.#generation);
    this.#generation = generation;
    await this.#generations.praise(generation);
  };

  readonly ask = async (commands: readonly string[]): Promise<readonly string[]> => {
    const runtime = this.#serving?.runtime;
    if (runtime === undefined) throw new RuntimeSocketLost(this.#options.runtimeSocket, "has nobody behind it");
    return runtime.ask(commands);
  };

  readonly stop = async (seconds: number): Promise<void> => {
    const last = this.#serving;
    if (last !== undefined) {
      this.#serving = undefined;
      await signalProcess(last.id, "SIGUSR1");
      this.#leavers.add(last);
    }
    await this.#leavers.empty(seconds);
    await this.#writeDown();
  };

  async #replace(generation: Generation): Promise<void> {
    const before = this.#serving;
    const worker = await startWorker(this.#options, generation, before);
    this.#serve(worker);
    if (before !== undefined) this.#leavers.add(before);
    await this.#writeDown();
  }

  #serve(worker: Worker): void {
    this.#serving = worker;
    worker.ended.then(() => {
      if (this.#serving !== worker) return;
      this.#serving = undefined;
      this.#options.died();
    });
  }

  async #writeDown(): Promise<void> {
    const ids = [...this.#leavers.all, this.#serving].flatMap((worker) => (worker === undefined ? [] : [worker.id]));
    await writeWorkers(this.#options.folder, ids);
  }
}

const workersFile = (folder: string): string => join(folder, "workers");

const writeWorkers = (folder: string, ids: readonly ProcessId[]): Promise<void> =>
  writeWhole(workersFile(folder), ids.map(({ pid, bornTicks }) => `${pid} ${bornTicks}\n`).join(""), { mode: 0o600 });

async function readWorkers(folder: string): Promise<readonly ProcessId[]> {
  const lines = ((await readIfThere(workersFile(folder))) ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [pid = 0, bornTicks = 0] = line.split(" ").map(Number);
    return { pid, bornTicks };
  });
}
