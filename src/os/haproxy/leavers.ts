import { setTimeout as pause } from "node:timers/promises";
import { signalProcess } from "../processes.ts";
import { factsOf, streamsOf, type Worker } from "./worker.ts";

export interface LeaversOptions {
  /** Of processes, the one that takes connections included. */
  readonly most: number;
  /** How long one gets to end by itself, where there are as many as may be. */
  readonly patienceSeconds: number;
  /** A worker was ended before its last stream had. */
  readonly cut: (worker: Worker, streams: number) => void;
}

const lookMs = 100;
/** A client's request may be on its way to an idle connection: only one that has been idle for long is closed without much risk. */
const quietMs = 3000;

interface Leaving {
  readonly since: number;
  requests: number;
  /** When it was last seen to begin a request. */
  busyAt: number;
}

/** Workers that take no new connection and end with their last. */
export class Leavers {
  readonly #options: LeaversOptions;
  /** The oldest first. */
  readonly #leaving = new Map<Worker, Leaving>();

  constructor(options: LeaversOptions) {
    this.#options = options;
  }

  get all(): readonly Worker[] {
    return [...this.#leaving.keys()];
  }

  /** It was told to leave. Our connection to it would keep it: it is closed once nobody else is there. */
  add(worker: Worker): void {
    const since = performance.now();
    const leaving = { since, requests: 0, busyAt: since };
    this.#leaving.set(worker, leaving);
    this.#watch(worker, leaving).finally(() => {
      worker.runtime?.close();
      this.#leaving.delete(worker);
    });
  }

  /** Whether one worker more may be started at once. */
  hasRoom(): boolean {
    return this.#leaving.size <= this.#options.most - 2;
  }

  /**
   * Waits until one worker more may be started. One whose connections have all been idle for a while is ended; where there is none, in the end the
   * oldest is, with what it still does.
   */
  async makeRoom(): Promise<void> {
    for (; !this.hasRoom(); await pause(lookMs / 4)) {
      const [oldest] = this.#leaving.values();
      const idle = await this.#firstIdle();
      if (idle !== undefined) await this.#end(idle);
      else if (oldest !== undefined && performance.now() - oldest.since > this.#options.patienceSeconds * 1000)
        await this.#endOldest();
    }
  }

  /** Resolves when all have ended; those that have only idle connections left, or have not ended after so many seconds, are ended. */
  async empty(seconds: number): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    for (; this.#leaving.size > 0 && performance.now() < deadline; await pause(lookMs / 4)) {
      const idle = await this.#firstIdle();
      if (idle !== undefined) await this.#end(idle);
    }
    while (this.#leaving.size > 0) await this.#endOldest();
  }

  async #watch(worker: Worker, leaving: Leaving): Promise<void> {
    let gone = false;
    const ended = worker.ended.then(() => {
      gone = true;
    });
    while (!gone) {
      const facts = await factsOf(worker);
      if (facts === undefined || facts.connections === 0) break;
      if (facts.requests !== leaving.requests) leaving.busyAt = performance.now();
      leaving.requests = facts.requests;
      await Promise.race([ended, pause(lookMs, undefined, { ref: false })]);
    }
    worker.runtime?.close();
    await ended;
  }

  async #firstIdle(): Promise<Worker | undefined> {
    for (const [worker, { busyAt }] of this.#leaving) {
      if (performance.now() - busyAt > quietMs && (await streamsOf(worker)) === 0) return worker;
    }
    return undefined;
  }

  async #endOldest(): Promise<void> {
    const [oldest] = this.#leaving.keys();
    if (oldest === undefined) return;
    this.#options.cut(oldest, await streamsOf(oldest));
    await this.#end(oldest);
  }

  async #end(worker: Worker): Promise<void> {
    await signalProcess(worker.id, "SIGTERM");
    await worker.ended;
    this.#leaving.delete(worker);
  }
}
