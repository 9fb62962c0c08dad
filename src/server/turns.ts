import { tooManyRequests } from "#machinery/status.ts";
import { type Identity, isOfCluster } from "./exchange.ts";
import { limits } from "./limits.ts";

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

/** Looks at one after the other until `visit` says that it is enough; where that takes long, others have their turn in between. */
export async function inSlices<T>(all: readonly T[], turn: Turn, visit: (one: T) => boolean): Promise<void> {
  let begun = performance.now();
  for (const one of all) {
    if (visit(one)) return;
    if (performance.now() - begun < sliceMs) continue;
    await turn();
    begun = performance.now();
  }
}

const pieceBytes = 64 << 10;

/**
 * Joins parts to pieces; what makes them is the work, a slice of it a piece. An empty part is a moment at which others may have their
 * turn.
 */
export async function* inPieces(parts: Iterable<Uint8Array>, turn: Turn): AsyncIterable<Uint8Array> {
  let piece: Uint8Array[] = [];
  let size = 0;
  let begun = performance.now();
  for (const part of parts) {
    piece.push(part);
    size += part.length;
    if (size < pieceBytes && performance.now() - begun < sliceMs) continue;
    if (size > 0) yield Buffer.concat(piece, size);
    piece = [];
    size = 0;
    await turn();
    begun = performance.now();
  }
  if (size > 0) yield Buffer.concat(piece, size);
}
