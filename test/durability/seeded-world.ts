import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { configMaps } from "#api/core/config-map.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { prefixOf } from "#server/objects.ts";
import { storeDefaults } from "#store/journaled-store.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Store, Watch } from "#store/store.ts";
import { seeded } from "../harness/seeded.ts";
import { administrator, type Served, serve, type Told } from "../server/served.ts";
import { disorder, type Operation, type OperationKind } from "./linearizability.ts";
import { type Answered, type Message, type Seen, violations } from "./watch-guarantees.ts";
import { collection, Follower, lastName, type Running, sightOf } from "./world-follower.ts";

const clients = 8;
const stepsOfEach = 20;
const names = ["a", "b", "c"];
const crashes = 4;

/** What came of a world: how much was done in it, and what is wrong. */
export interface Outcome {
  readonly operations: number;
  readonly unanswered: number;
  readonly messages: number;
  readonly wrong: readonly string[];
}

/** A store as it is, or with a fault of its own, to see that faults are found. */
export type Wrap = (store: Store) => Store;

/**
 * Eight clients that get, create, update and delete three objects, watchers of all sorts, compactions, and servers that are lost in the
 * middle of everything: the next one begins with what the file held at that moment. All chance follows from the seed.
 * `folder` should be in memory: what is lost with the machine's power is not what is looked for here.
 */
export async function live(seed: number, folder: string, wrap: Wrap = (store) => store): Promise<Outcome> {
  const home = mkdtempSync(join(folder, "world-"));
  try {
    return await new World(seed, home, wrap).live();
  } finally {
    rmSync(home, { recursive: true });
  }
}

class World {
  readonly #random: () => number;
  readonly #home: string;
  readonly #wrap: Wrap;
  readonly #operations = new Map<string, Operation[]>(names.map((name) => [name, []]));
  readonly #answered: Answered[] = [];
  readonly #journal: Message[] = [];
  #recording: Watch | undefined;
  #clock = 0;
  /** The highest revision that anybody has been answered. */
  #highest = 0;
  #lives = 0;
  #running: Running | undefined;
  #served: Served | undefined;

  constructor(seed: number, home: string, wrap: Wrap) {
    this.#random = seeded(seed);
    this.#home = home;
    this.#wrap = wrap;
  }

  async live(): Promise<Outcome> {
    await this.#begin();
    const followers = ["all", "all, slow", "chosen", "chosen, slow"].map(
      (id) =>
        new Follower(id, {
          isSelective: id.startsWith("chosen"),
          pause: () => this.#pause(id.endsWith("slow") ? 40 : 2),
          hasChance: () => this.#below(2) === 0,
          running: () => this.#running,
        }),
    );
    const following = followers.map((one) => one.follow());
    await Promise.all([...Array.from({ length: clients }, (_, i) => this.#client(`c${i}`)), this.#trouble()]);
    await this.#writeLast();
    await Promise.all(following);
    await this.#mustServe()[Symbol.asyncDispose]();
    const seen = followers.flatMap((one) => one.seen);
    return this.#judge(seen);
  }

  #judge(seen: readonly Seen[]): Outcome {
    const journal = {
      id: "journal",
      isSelective: false,
      begin: { revision: 0, present: undefined },
      messages: this.#journal,
    };
    const all = [...this.#operations.values()].flat();
    return {
      operations: all.length,
      unanswered: all.filter(({ answered }) => answered === undefined).length,
      messages: seen.reduce((count, { messages }) => count + messages.length, 0),
      wrong: [
        ...[...this.#operations.values()].flatMap((own) => disorder(own) ?? []),
        ...violations([journal, ...seen], this.#answered),
      ],
    };
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  async #pause(mostTurns: number): Promise<void> {
    for (let turns = this.#below(mostTurns + 1); turns > 0; turns--) await nextTurn();
  }

  #mustRun(): Running {
    if (this.#running === undefined) throw new Error("no server runs");
    return this.#running;
  }

  #mustServe(): Served {
    if (this.#served === undefined) throw new Error("no server runs");
    return this.#served;
  }

  #file(life: number): string {
    return join(this.#home, `store-${life}.db`);
  }

  async #begin(): Promise<void> {
    const store = openSqliteStore(this.#file(this.#lives), { ...storeDefaults, progressAfterMs: 1 });
    await this.#record(store);
    const served = await serve({ store: this.#wrap(store), random: this.#random, bookmarkEveryMs: 2 });
    this.#served = served;
    this.#running = { transport: inProcessTransport(served.server, administrator), lost: new AbortController() };
  }

  /** What the store itself says that happens, whoever watches: watchers may be cut off and find history compacted. */
  async #record(store: Store): Promise<void> {
    const from = this.#journal.at(-1)?.revision ?? 0;
    this.#recording = await store.watch(prefixOf(configMaps, "default"), from, {
      change: ({ entry, previous, revision }) => {
        const type = entry === undefined ? "DELETED" : previous === undefined ? "ADDED" : "MODIFIED";
        const bytes = (entry ?? previous)?.value ?? new Uint8Array();
        this.#journal.push({ type, revision, sight: sightOf(JSON.parse(Buffer.from(bytes).toString())) });
      },
      progress: () => {},
      end: () => {},
    });
  }

  /** The server is gone between two turns, as by kill -9: what the file holds then is all that is left. */
  async #lose(): Promise<void> {
    const [gone, served] = [this.#mustRun(), this.#mustServe()];
    const before = this.#file(this.#lives);
    this.#recording?.stop();
    this.#lives += 1;
    for (const suffix of ["", "-wal"])
      if (existsSync(`${before}${suffix}`)) copyFileSync(`${before}${suffix}`, `${this.#file(this.#lives)}${suffix}`);
    this.#running = undefined;
    gone.lost.abort();
    await served[Symbol.asyncDispose]();
    await this.#begin();
    this.#revived.resolve();
    this.#revived = Promise.withResolvers();
  }
  #revived = Promise.withResolvers<void>();

  /** The next request is in the middle of its work when the server is lost. */
  #isDoomed = false;

  /** What happens to the server while clients work. */
  async #trouble(): Promise<void> {
    for (let i = 0; i < crashes * 3; i++) {
      await this.#pause(15);
      if (this.#running === undefined) await this.#revived.promise;
      const { store } = this.#mustServe();
      await store.compact((await store.revision()) - this.#below(5));
      if (i % 3 === 2) this.#isDoomed = true;
    }
  }

  async #client(id: string): Promise<void> {
    const known = new Map<string, { readonly value: string; readonly version: string }>();
    for (let i = 0; i < stepsOfEach; i++) {
      await this.#pause(6);
      const name = names[this.#below(names.length)] ?? "a";
      await this.#step(`${id}.${i}`, name, known);
    }
  }

  async #step(
    id: string,
    name: string,
    known: Map<string, { readonly value: string; readonly version: string }>,
  ): Promise<void> {
    const seen = known.get(name);
    const chance = this.#below(11);
    if (chance === 10) await this.#list(id);
    else if (chance < 3 || (seen === undefined && chance < 5)) {
      const got = await this.#ask(id, name, { method: "GET" });
      if (got.told === undefined) return;
      const found = got.told.status === 404 ? undefined : sightOf(JSON.parse(got.told.text)).value;
      this.#note(name, got, { verb: "get", found });
      if (found === undefined) known.delete(name);
      else known.set(name, { value: found, version: String(got.told.at("metadata", "resourceVersion")) });
    } else if (seen === undefined) await this.#create(id, name);
    else if (chance < 8) await this.#update(id, name, seen);
    else await this.#delete(id, name);
  }

  /** A list shows all objects at once: a get of each. */
  async #list(id: string): Promise<void> {
    const got = await this.#ask(id, "", { method: "GET" });
    if (got.told === undefined) return;
    const { items = [] }: { readonly items?: readonly unknown[] } = Object(JSON.parse(got.told.text));
    const found = new Map(items.map(sightOf).map(({ name, value }) => [name, value]));
    const answered = this.#clock++;
    for (const [name, own] of this.#operations)
      own.push({ id, kind: { verb: "get", found: found.get(name) }, sent: got.sent, answered });
  }

  async #create(id: string, name: string): Promise<void> {
    const asked = await this.#ask(id, name, { method: "POST", body: this.#object(id, name) });
    const outcome = asked.told === undefined ? "unknown" : asked.told.status === 201 ? "done" : "exists";
    this.#note(name, asked, { verb: "create", value: id, outcome });
  }

  async #update(id: string, name: string, seen: { readonly value: string; readonly version: string }): Promise<void> {
    const asked = await this.#ask(id, name, { method: "PUT", body: this.#object(id, name, seen.version) });
    const outcomes = { 200: "done", 409: "conflict", 404: "missing" } as const;
    const status = asked.told?.status;
    const outcome =
      status === undefined
        ? "unknown"
        : status === 200 || status === 409 || status === 404
          ? outcomes[status]
          : undefined;
    if (outcome === undefined) throw new Error(`an update was answered ${status}: ${asked.told?.text}`);
    this.#note(name, asked, { verb: "update", value: id, expected: seen.value, outcome });
  }

  async #delete(id: string, name: string): Promise<void> {
    const asked = await this.#ask(id, name, { method: "DELETE" });
    const outcome = asked.told === undefined ? "unknown" : asked.told.status === 200 ? "done" : "missing";
    this.#note(name, asked, { verb: "delete", outcome });
  }

  #object(id: string, name: string, resourceVersion?: string): object {
    const labels = { chosen: String(this.#below(2) === 0) };
    return { metadata: { name, labels, ...(resourceVersion && { resourceVersion }) }, data: { by: id } };
  }

  /** `told` is undefined where the server was lost before the answer came. */
  async #ask(id: string, name: string, how: { readonly method: string; readonly body?: object }): Promise<Asked> {
    if (this.#running === undefined) await this.#revived.promise;
    const { lost } = this.#mustRun();
    const [sent, above] = [this.#clock++, this.#highest];
    const path = how.method === "POST" || name === "" ? collection : `${collection}/${name}`;
    const answer = this.#mustServe().send(how.method, path, how.body === undefined ? {} : { body: how.body });
    if (this.#isDoomed) {
      this.#isDoomed = false;
      await this.#pause(1);
      await this.#lose();
    }
    const told = await Promise.race([answer, aborted(lost.signal)]);
    return { id, sent, above, told: lost.signal.aborted ? undefined : told };
  }

  #note(name: string, { id, sent, above, told }: Asked, kind: OperationKind): void {
    this.#operations.get(name)?.push({ id, kind, sent, answered: told === undefined ? undefined : this.#clock++ });
    const isWritten = told !== undefined && (told.status === 201 || (told.status === 200 && kind.verb === "update"));
    if (!isWritten) return;
    const revision = Number(told.at("metadata", "resourceVersion"));
    this.#answered.push({ revision, above, sight: sightOf(JSON.parse(told.text)) });
    this.#highest = Math.max(this.#highest, revision);
  }

  async #writeLast(): Promise<void> {
    const last = { metadata: { name: lastName, labels: { chosen: "true" } }, data: { by: lastName } };
    const told = await this.#mustServe().send("POST", collection, { body: last });
    if (told.status !== 201) throw new Error(`the last object was answered ${told.text}`);
  }
}

interface Asked {
  readonly id: string;
  readonly sent: number;
  readonly above: number;
  readonly told: Told | undefined;
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
