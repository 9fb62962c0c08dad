import { setImmediate as nextTurn } from "node:timers/promises";
import type { Transport } from "#client/transport.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Message, Seen, Sight } from "./watch-guarantees.ts";

export const collection = "/api/v1/namespaces/default/configmaps";

/** A server, as long as it runs. */
export interface Running {
  readonly transport: Transport;
  /** Aborted when it is lost. */
  readonly lost: AbortController;
}

export function sightOf(object: unknown): Sight {
  const { metadata, data } = isJsonObject(object) ? object : {};
  const { name, labels } = isJsonObject(metadata) ? metadata : {};
  const by = isJsonObject(data) ? data.by : undefined;
  return { name: String(name), value: String(by), isChosen: isJsonObject(labels) && labels.chosen === "true" };
}

/** Written when all others have done their work: who sees it has been told of everything. */
export const lastName = "last";
const isLast = ({ name }: Sight): boolean => name === lastName;

const revisionOf = (object: unknown): number =>
  isJsonObject(object) && isJsonObject(object.metadata) ? Number(object.metadata.resourceVersion) : Number.NaN;

interface Surroundings {
  readonly isSelective: boolean;
  /** Between two messages. */
  readonly pause: () => Promise<void>;
  /** Whether it asks for what is there by initial events, instead of a list. */
  readonly hasChance: () => boolean;
  /** undefined while it is being started anew. */
  readonly running: () => Running | undefined;
}

/** Watches all ConfigMaps, or the chosen ones; goes on after the last message wherever it is cut off, and lists anew where that is gone. */
export class Follower {
  readonly seen: Seen[] = [];
  readonly #id: string;
  readonly #around: Surroundings;
  #isOver = false;

  constructor(id: string, around: Surroundings) {
    this.#id = id;
    this.#around = around;
  }

  /** Until it has been told of the last object. */
  async follow(): Promise<void> {
    let last: number | undefined;
    while (!this.#isOver) {
      const running = this.#around.running();
      if (running === undefined) await nextTurn();
      else last = await this.#once(running, last);
    }
  }

  /** Up to where it was told; undefined: it must list anew. */
  async #once(running: Running, last: number | undefined): Promise<number | undefined> {
    const { signal } = running.lost;
    try {
      if (last !== undefined) return await this.#watch(running, { revision: last, present: undefined });
      if (this.#around.hasChance()) return await this.#watchFromNothing(running);
      const listed = await running.transport.send(this.#request("", signal));
      const list: unknown = JSON.parse(await listed.text());
      signal.throwIfAborted();
      if (listed.status !== 200) throw new Error(`a list was answered ${listed.status}`);
      const items = isJsonObject(list) && Array.isArray(list.items) ? list.items : [];
      const present = items.map(sightOf);
      this.#isOver = present.some(isLast);
      return await this.#watch(running, { revision: revisionOf(list), present });
    } catch (fault) {
      if (signal.aborted) return last;
      throw fault;
    }
  }

  #request(query: string, signal: AbortSignal) {
    const selector = this.#around.isSelective ? "&labelSelector=chosen%3Dtrue" : "";
    return { method: "GET", path: `${collection}?${query}${selector}`, headers: {}, body: undefined, signal } as const;
  }

  async #watch(running: Running, begin: Seen["begin"]): Promise<number | undefined> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${begin.revision}`;
    const messages: Message[] = [];
    this.seen.push({ id: `${this.#id} ${this.seen.length}`, isSelective: this.#around.isSelective, begin, messages });
    if (this.#isOver) return begin.revision;
    for await (const event of this.#events(running, query)) {
      if (event === "expired") return undefined;
      messages.push(event);
      if (this.#isOver) break;
      await this.#around.pause();
    }
    return messages.at(-1)?.revision ?? begin.revision;
  }

  /** What is there comes first, and a bookmark says where that ends. */
  async #watchFromNothing(running: Running): Promise<number | undefined> {
    const query = "watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
    const present: Sight[] = [];
    const messages: Message[] = [];
    let begin: Seen["begin"] | undefined;
    for await (const event of this.#events(running, query)) {
      if (event === "expired") return undefined;
      if (begin !== undefined) messages.push(event);
      else if (event.type === "BOOKMARK") {
        begin = { revision: event.revision, present };
        this.seen.push({
          id: `${this.#id} ${this.seen.length}`,
          isSelective: this.#around.isSelective,
          begin,
          messages,
        });
      } else present.push(event.sight);
      if (this.#isOver && begin !== undefined) break;
      await this.#around.pause();
    }
    return messages.at(-1)?.revision ?? begin?.revision;
  }

  async *#events({ transport, lost }: Running, query: string): AsyncIterable<Message | "expired"> {
    const leaving = new AbortController();
    const answer = await transport.send(this.#request(query, AbortSignal.any([lost.signal, leaving.signal])));
    try {
      for await (const line of answer.lines()) {
        const { type, object }: { readonly type?: string; readonly object?: unknown } = Object(JSON.parse(line));
        if (type === "ERROR") yield "expired";
        else if (type === "BOOKMARK") yield { type, revision: revisionOf(object) };
        else if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") {
          const sight = sightOf(object);
          this.#isOver = isLast(sight);
          yield { type, revision: revisionOf(object), sight };
        }
        if (lost.signal.aborted) return;
      }
    } finally {
      leaving.abort();
    }
  }
}
