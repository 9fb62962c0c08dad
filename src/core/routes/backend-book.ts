import type { IpFamily } from "#net/ip.ts";
import { poolOf, servicesOf } from "./backend-pool.ts";
import type { BackendWish } from "./backend-wish.ts";
import { Many } from "./many.ts";
import type { Backend, BackendId } from "./route-table.ts";
import type { RouteWorld } from "./route-world.ts";
import { sameValue } from "./same-value.ts";

interface Held {
  readonly wish: BackendWish;
  readonly owners: Set<string>;
}

/** Backends that somebody wishes for. Their pools are made anew where the endpoints of their Services have changed, and only there. */
export class BackendBook {
  readonly backends = new Map<BackendId, Backend>();
  readonly #held = new Map<BackendId, Held>();
  readonly #byService = new Many();
  readonly #stale = new Set<BackendId>();
  readonly #families: readonly IpFamily[];

  constructor(families: readonly IpFamily[]) {
    this.#families = families;
  }

  /** Replaces what an owner wishes for. */
  wish(owner: string, before: readonly BackendWish[], after: readonly BackendWish[]): void {
    for (const one of after) this.#take(owner, one);
    const kept = new Set(after.map(({ id }) => id));
    for (const one of before) if (!kept.has(one.id)) this.#drop(owner, one.id);
  }

  /** The Service or its slices have changed. */
  touch(service: string): void {
    for (const id of this.#byService.get(service)) this.#stale.add(id);
  }

  /** Returns the backends that came, went or changed. */
  settle(world: RouteWorld): ReadonlySet<BackendId> {
    const changed = new Set<BackendId>();
    for (const id of this.#stale) {
      const held = this.#held.get(id);
      if (held === undefined ? this.backends.delete(id) : this.#renew(held.wish, world)) changed.add(id);
    }
    this.#stale.clear();
    return changed;
  }

  #renew(wish: BackendWish, world: RouteWorld): boolean {
    const { id, service, port, settings } = wish;
    const backend: Backend = { id, service, port, settings, pool: poolOf(wish, world, this.#families) };
    if (sameValue(backend, this.backends.get(id))) return false;
    this.backends.set(id, backend);
    return true;
  }

  #take(owner: string, wish: BackendWish): void {
    const held = this.#held.get(wish.id);
    if (held !== undefined && sameValue(held.wish, wish)) {
      held.owners.add(owner);
      return;
    }
    for (const service of held === undefined ? [] : servicesOf(held.wish)) this.#byService.remove(service, wish.id);
    for (const service of servicesOf(wish)) this.#byService.add(service, wish.id);
    this.#held.set(wish.id, { wish, owners: new Set([...(held?.owners ?? []), owner]) });
    this.#stale.add(wish.id);
  }

  #drop(owner: string, id: BackendId): void {
    const held = this.#held.get(id);
    if (held === undefined || !held.owners.delete(owner) || held.owners.size > 0) return;
    for (const service of servicesOf(held.wish)) this.#byService.remove(service, id);
    this.#held.delete(id);
    this.#stale.add(id);
  }
}
