import { setTimeout as pause } from "node:timers/promises";
import type { HaproxyServer } from "#core/routes/haproxy/plan.ts";
import { streamsFrom } from "#os/haproxy/answers.ts";
import { runtimeCommand } from "#os/haproxy/runtime-words.ts";
import { deletionOf } from "./commands.ts";

type Ask = (commands: readonly string[]) => Promise<readonly string[]>;

interface Retiring {
  readonly section: string;
  readonly server: HaproxyServer;
}

const firstMs = 50;
const longestMs = 2000;

/** Servers that get no requests any more, and are deleted once the last of theirs has ended, however long that takes. */
export class Retirements {
  readonly #ask: Ask;
  readonly #alone: (work: () => Promise<void>) => Promise<void>;
  readonly #retiring = new Map<string, Retiring>();
  #waitMs = firstMs;
  #looking = false;

  /** `alone` runs work while nobody else speaks to HAProxy; work that fails is left: a reload or a new worker has made it needless. */
  constructor(ask: Ask, alone: (work: () => Promise<void>) => Promise<void>) {
    this.#ask = ask;
    this.#alone = alone;
  }

  get size(): number {
    return this.#retiring.size;
  }

  /** It is in maintenance now. */
  add(section: string, server: HaproxyServer): void {
    this.#retiring.set(`${section}/${server.name}`, { section, server });
    this.#waitMs = firstMs;
    if (!this.#looking) this.#look();
  }

  /** Whether the server was being retired: now it is not. */
  takeBack(section: string, server: HaproxyServer): boolean {
    return this.#retiring.delete(`${section}/${server.name}`);
  }

  /** Another worker serves, which never had them. */
  forget(): void {
    this.#retiring.clear();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    while (this.#retiring.size > 0) {
      await pause(this.#waitMs, undefined, { ref: false });
      this.#waitMs = Math.min(this.#waitMs * 2, longestMs);
      await this.#alone(() => this.#deleteIdle());
    }
    this.#looking = false;
  }

  /** HAProxy itself refuses to delete a server with streams, at the price of stopping all its threads for a moment: so it is only asked for idle ones. */
  async #deleteIdle(): Promise<void> {
    const sections = [...new Set([...this.#retiring.values()].map(({ section }) => section))];
    const answers = await this.#ask(sections.map((section) => runtimeCommand("show", "stat", section, 4, -1)));
    const streams = new Map(answers.flatMap((answer) => [...streamsFrom(answer)]));
    const idle = [...this.#retiring].filter(([name]) => streams.get(name) === 0);
    const deletions = idle.map(([, { section, server }]) => deletionOf(section, server));
    const deleted = await this.#ask(deletions.map(({ text }) => text));
    for (const [index, [name]] of idle.entries()) {
      if (deletions[index]?.done.test(deleted[index] ?? "")) this.#retiring.delete(name);
    }
    for (const name of this.#retiring.keys()) if (!streams.has(name)) this.#retiring.delete(name);
  }
}
