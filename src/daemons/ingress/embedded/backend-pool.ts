import { createHash } from "node:crypto";
import {
  byChance,
  byHash,
  byTurn,
  endpointKey,
  type Hashed,
  hashed,
  leastLoaded,
  stickyValue,
} from "#core/routes/filters/balancing/choose.ts";
import type { Backend } from "#core/routes/route-table.ts";
import { unreachable } from "#core/unreachable.ts";
import type { Deadlines } from "./deadlines.ts";
import { Endpoint } from "./endpoint.ts";

/** The endpoints of one backend, and whose turn it is. */
export class BackendPool {
  readonly #deadlines: Deadlines;
  #backend: Backend;
  #endpoints: readonly Endpoint[] = [];
  #byPlace = new Map<string, Endpoint>();
  #hashed: readonly Hashed<Endpoint>[] = [];
  readonly #cookies = new WeakMap<Endpoint, string>();
  #turn = 0;

  constructor(backend: Backend, deadlines: Deadlines) {
    this.#deadlines = deadlines;
    this.#backend = backend;
    this.#follow(backend, false);
  }

  get backend(): Backend {
    return this.#backend;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Connections to endpoints that stay are kept, unless they are spoken to in another way from now on. */
  update(backend: Backend): void {
    const isOther = JSON.stringify(backend.settings) !== JSON.stringify(this.#backend.settings);
    this.#backend = backend;
    this.#follow(backend, !isOther);
  }

  retire(): void {
    for (const endpoint of this.#endpoints) endpoint.retire();
  }

  /**
   * The endpoint for the next request, none of `tried` as long as there are others; undefined where there are none at all. `key` is what a
   * hash is made of.
   */
  choose(tried: readonly Endpoint[], key: string): Endpoint | undefined {
    const all = this.#endpoints;
    if (all.length <= 1) return all[0];
    const untried = tried.length === 0 ? all : all.filter((endpoint) => !tried.includes(endpoint));
    const usable = untried.some(({ isShunned }) => isShunned) ? untried.filter(({ isShunned }) => !isShunned) : untried;
    return this.#chooseOf(usable.length > 0 ? usable : untried.length > 0 ? untried : all, key);
  }

  /** The endpoint that a cookie names; undefined where it names none of them, or one that can't be connected to. */
  namedBy(cookie: string): Endpoint | undefined {
    const found = this.#endpoints.find((endpoint) => this.cookieOf(endpoint) === cookie);
    return found?.isShunned === true && this.#endpoints.length > 1 ? undefined : found;
  }

  /** What a sticky client's cookie says of an endpoint. */
  cookieOf(endpoint: Endpoint): string {
    const known = this.#cookies.get(endpoint);
    if (known !== undefined) return known;
    const made = stickyValue(this.#backend.id, endpoint, sha256);
    this.#cookies.set(endpoint, made);
    return made;
  }

  #chooseOf(some: readonly Endpoint[], key: string): Endpoint | undefined {
    const { balance } = this.#backend.settings;
    switch (balance.kind) {
      case "roundRobin":
        return byTurn(some, this.#nextTurn());
      case "random":
        return byChance(some, Math.random());
      case "leastConnections":
        return leastLoaded(some, ({ active }) => active, this.#nextTurn());
      case "hash":
        return byHash(some === this.#endpoints ? this.#hashed : hashed(some), key);
      default:
        return unreachable(balance);
    }
  }

  #nextTurn(): number {
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    return this.#turn;
  }

  #follow({ pool, settings }: Backend, keeps: boolean): void {
    const before = this.#byPlace;
    const next = new Map<string, Endpoint>();
    for (const member of pool.members) {
      const place = endpointKey(member);
      const known = keeps ? before.get(place) : undefined;
      next.set(place, known ?? new Endpoint(member, settings, this.#deadlines));
    }
    this.#byPlace = next;
    this.#endpoints = [...next.values()];
    this.#hashed = settings.balance.kind === "hash" ? hashed(this.#endpoints) : [];
    for (const [place, endpoint] of before) if (next.get(place) !== endpoint) endpoint.retire();
  }
}

const sha256 = (text: string): Uint8Array => createHash("sha256").update(text).digest();
