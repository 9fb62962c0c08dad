import { setImmediate as turn } from "node:timers/promises";
import type { LeaseClock } from "#client/lease-clock.ts";

interface Alarm {
  readonly atMs: number;
  readonly call: () => void;
}

/** A time that goes on only when it is told to, for several processes of which each may be stopped, or have a wall clock of its own. */
export class VirtualTime {
  nowMs = 0;
  readonly #processes = new Set<VirtualProcess>();

  process(): VirtualProcess {
    const made = new VirtualProcess(this);
    this.#processes.add(made);
    return made;
  }

  /** Lets that much time pass, alarm by alarm; `look` is called at each of these moments. */
  async pass(ms: number, look: () => void): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = Math.min(endMs, ...[...this.#processes].map((one) => one.nextMs()));
      this.nowMs = Math.max(this.nowMs, due);
      for (const one of this.#processes) one.ring();
      await settled();
      look();
      if (this.nowMs >= endMs && ![...this.#processes].some((one) => one.nextMs() <= endMs)) return;
    }
  }
}

/** What is asked of a server in this process is answered within so many turns. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await turn();
}

export class VirtualProcess {
  readonly #time: VirtualTime;
  readonly #alarms = new Set<Alarm>();
  #resumed: PromiseWithResolvers<void> | undefined;
  /** By how much its wall clock is wrong. */
  wallAheadMs = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  readonly clock: LeaseClock = {
    elapsedMs: () => this.#time.nowMs,
    now: () => Date.UTC(2026, 0, 1) + this.#time.nowMs + this.wallAheadMs,
    after: (ms, call) => {
      const alarm = { atMs: this.#time.nowMs + ms, call };
      this.#alarms.add(alarm);
      return () => void this.#alarms.delete(alarm);
    },
  };

  get isStopped(): boolean {
    return this.#resumed !== undefined;
  }
  /** As SIGSTOP: its alarms stay silent, and what it is answered waits. */
  stop(): void {
    this.#resumed ??= Promise.withResolvers();
  }
  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }
  /** Resolves when it runs. */
  async running(): Promise<void> {
    await this.#resumed?.promise;
  }

  nextMs(): number {
    return this.isStopped ? Number.POSITIVE_INFINITY : Math.min(...[...this.#alarms].map(({ atMs }) => atMs));
  }
  ring(): void {
    if (this.isStopped) return;
    for (const alarm of [...this.#alarms].filter(({ atMs }) => atMs <= this.#time.nowMs)) {
      if (!this.#alarms.delete(alarm)) continue; // called off by one before it
      alarm.call();
    }
  }
}
