import type { Identity } from "#core/access/identity.ts";
import { isOfCluster } from "#core/access/standing.ts";
import { tooManyRequests } from "#machinery/status.ts";
import { type Answer, type StreamAnswer, whenClosed } from "../exchange.ts";
import { limits } from "../limits.ts";

const retryAfterSeconds = 5;

/** Keeps one user's watches from taking the server from all others. */
export class OpenStreams {
  readonly #byUser = new Map<string, number>();

  /** Counts a request whose answer will go on, until what this gives is called: many may come in one turn. Throws a 429 where the user has too many. */
  enter(identity: Identity): () => void {
    const { user } = identity;
    if (this.#count(user) >= limits.openStreams && !isOfCluster(identity))
      throw tooManyRequests("Too many requests, please try again later.", retryAfterSeconds);
    this.#byUser.set(user, this.#count(user) + 1);
    return () => this.#leave(user);
  }

  /** Counts an answer as long as it goes on. What `began` gives is called when it has ended. */
  follow(answer: StreamAnswer, { user }: Identity, began: () => () => void): Answer {
    return {
      ...answer,
      run: (outlet) => {
        this.#byUser.set(user, this.#count(user) + 1);
        const ended = began();
        whenClosed(outlet, () => {
          this.#leave(user);
          ended();
        });
        answer.run(outlet);
      },
    };
  }

  #count(user: string): number {
    return this.#byUser.get(user) ?? 0;
  }

  #leave(user: string): void {
    const left = this.#count(user) - 1;
    if (left > 0) this.#byUser.set(user, left);
    else this.#byUser.delete(user);
  }
}
