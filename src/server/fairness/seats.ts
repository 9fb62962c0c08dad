import type { Identity } from "#core/access/identity.ts";
import { isOfCluster, type Standing, standingOf } from "#core/access/standing.ts";

/** Why somebody gets no seat. */
export type Rejection = "queue-full" | "time-out";

/** What becomes of a request for a seat: `leave` gives it back. */
export type Seating =
  | { readonly kind: "seated"; readonly leave: () => void }
  | { readonly kind: "rejected"; readonly because: Rejection };

export interface SeatRules {
  /** How many requests are worked on at once; 0: as many as there are. */
  readonly seats: number;
  /** How many of one user wait at most, and of all; those of the cluster itself wait however many they are. */
  readonly waitingOfUser: Readonly<Record<Standing, number>>;
  readonly waitingOfAll: number;
  /** How long one waits, in milliseconds; the cluster itself waits for as long as it takes. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly seat: () => void;
}

/** How many seats only the system's own clients take: one of so many. */
const reservedShare = 4;

/**
 * Seats for requests that are worked on, shared among users: one takes another seat as long as it holds fewer than are free, so that a
 * user alone takes half of them at most, the next half of what is left, and so on. Those who wait get theirs in turns, user by user.
 * Source: dynamic queue thresholds of buffers that many share (Choudhury and Hahne, 1998).
 */
export class Seats {
  readonly #rules: SeatRules;
  readonly #reserved: number;
  readonly #held = new Map<string, number>();
  readonly #taken: Record<Standing, number> = { system: 0, workload: 0 };
  // By user, in the order in which it is their turn.
  readonly #waiting: Record<Standing, Map<string, Set<Waiting>>> = { system: new Map(), workload: new Map() };
  readonly #waitingCount: Record<Standing, number> = { system: 0, workload: 0 };

  constructor(rules: SeatRules) {
    this.#rules = rules;
    this.#reserved = Math.ceil(rules.seats / reservedShare);
  }

  taken(standing: Standing): number {
    return this.#taken[standing];
  }

  waiting(standing: Standing): number {
    return this.#waitingCount[standing];
  }

  take(identity: Identity): Seating | Promise<Seating> {
    const { user } = identity;
    const standing = standingOf(identity);
    const own = this.#waiting[standing].get(user)?.size ?? 0;
    if (own === 0 && this.#mayTake(user, standing)) return this.#seat(user, standing);
    const { waitingOfUser, waitingOfAll, patienceMs } = this.#rules;
    const isPatient = isOfCluster(identity);
    if (!isPatient && (own >= waitingOfUser[standing] || this.#waitingCount[standing] >= waitingOfAll))
      return { kind: "rejected", because: "queue-full" };
    return this.#wait(user, standing, isPatient ? undefined : patienceMs);
  }

  #mayTake(user: string, standing: Standing): boolean {
    const { seats } = this.#rules;
    if (seats === 0) return true;
    const left = seats - this.#taken.system - this.#taken.workload;
    const free = standing === "system" ? left : Math.min(left, seats - this.#reserved - this.#taken.workload);
    return (this.#held.get(user) ?? 0) < free;
  }

  #seat(user: string, standing: Standing): Seating {
    this.#taken[standing] += 1;
    this.#held.set(user, (this.#held.get(user) ?? 0) + 1);
    return { kind: "seated", leave: () => this.#leave(user, standing) };
  }

  #leave(user: string, standing: Standing): void {
    this.#taken[standing] -= 1;
    const held = (this.#held.get(user) ?? 0) - 1;
    if (held > 0) this.#held.set(user, held);
    else this.#held.delete(user);
    for (const one of ["system", "workload"] as const) while (this.#callNext(one));
  }

  #wait(user: string, standing: Standing, patienceMs: number | undefined): Promise<Seating> {
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#forget(user, standing, waiting);
        resolve({ kind: "rejected", because: "time-out" });
      };
      const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs).unref();
      const waiting: Waiting = {
        seat: () => {
          clearTimeout(timer);
          resolve(this.#seat(user, standing));
        },
      };
      const own = this.#waiting[standing].get(user);
      if (own === undefined) this.#waiting[standing].set(user, new Set([waiting]));
      else own.add(waiting);
      this.#waitingCount[standing] += 1;
    });
  }

  /** Whether somebody who waited has a seat now. */
  #callNext(standing: Standing): boolean {
    for (const [user, own] of this.#waiting[standing]) {
      if (!this.#mayTake(user, standing)) continue;
      const [next] = own;
      if (next === undefined) continue;
      this.#forget(user, standing, next);
      // Behind all others from now on.
      if (this.#waiting[standing].delete(user)) this.#waiting[standing].set(user, own);
      next.seat();
      return true;
    }
    return false;
  }

  #forget(user: string, standing: Standing, waiting: Waiting): void {
    const own = this.#waiting[standing].get(user);
    if (own === undefined || !own.delete(waiting)) return;
    this.#waitingCount[standing] -= 1;
    if (own.size === 0) this.#waiting[standing].delete(user);
  }
}
