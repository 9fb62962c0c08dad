import type { Identity } from "#core/access/identity.ts";
import { isOfCluster } from "#core/access/standing.ts";
import { tooManyRequests } from "#machinery/status.ts";
import { limits } from "../limits.ts";

/** How long one client's work may keep all others waiting, in milliseconds. */
const sliceMs = 5;
const retryAfterSeconds = 1;

/** Resolves when the next slice of work may be done. */
export type Turn = () => Promise<void>;

/**
 * Gives long work its time: one slice a turn of the event loop, so that all else comes in between, and each user in turn, so that nobody's
 * lists wait for all of somebody else's.
 */
export class Turns {
  // Those who wait, by user; the users in the order in which it is their turn.
  readonly #waiting = new Map<string, (() => void)[]>();
  #isGiven = false;

  /** The first slice of a work. Throws a 429 where too much of that user's waits already. */
  async begin(identity: Identity): Promise<void> {
    const waiting = this.#waiting.get(identity.user)?.length ?? 0;
    if (waiting >= limits.waitingLists && !isOfCluster(identity))
      throw tooManyRequests("Too many requests, please try again later.", retryAfterSeconds);
    return this.next(identity);
  }

  /** Another slice of it. */
  next({ user }: Identity): Promise<void> {
    if (!this.#isGiven) {
      this.#isGiven = true;
      setImmediate(() => this.#give());
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const own = this.#waiting.get(user);
      if (own === undefined) this.#waiting.set(user, [resolve]);
      else own.push(resolve);
    });
  }

  #give(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#isGiven = false;
      return;
    }
    const [user, own] = first;
    const go = own.shift();
    this.#waiting.delete(user);
    if (own.length > 0) this.#waiting.set(user, own);
    setImmediate(() => this.#give());
    go?.();
  }
}

/** Asking for the time costs more than a little work does. */
const stepsBetweenLooks = 16;

/** The slice that a work has begun with. */
export class Slice {
  readonly #turn: Turn;
  #begun = performance.now();
  #steps = 0;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** To be asked after each little step. */
  isOver(): boolean {
    this.#steps += 1;
    return this.#steps % stepsBetweenLooks === 0 && performance.now() - this.#begun >= sliceMs;
  }

  async next(): Promise<void> {
    await this.#turn();
    this.#begun = performance.now();
  }
}

const pieceBytes = 64 << 10;

/**
 * Joins parts to pieces; what makes them is the work, a slice of it a piece. An empty part is a moment at which others may have their
 * turn.
 */
export async function* inPieces(parts: Iterable<Uint8Array>, turn: Turn): AsyncIterable<Uint8Array> {
  const slice = new Slice(turn);
  let piece: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    piece.push(part);
    size += part.length;
    const isOver = slice.isOver();
    if (size < pieceBytes && !isOver) continue;
    if (size > 0) yield Buffer.concat(piece, size);
    piece = [];
    size = 0;
    if (isOver) await slice.next();
  }
  if (size > 0) yield Buffer.concat(piece, size);
}
