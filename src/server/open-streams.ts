import { tooManyRequests } from "#machinery/status.ts";
import { type Answer, type Identity, isOfCluster, type StreamAnswer, whenClosed } from "./exchange.ts";
import { limits } from "./limits.ts";

const retryAfterSeconds = 5;

/** Keeps one user's watches from taking the server from all others. */
export class OpenStreams {
  readonly #byUser = new Map<string, number>();

  /** Throws a 429 where the user has too many. */
  admit(identity: Identity): void {
    if (this.#count(identity.user) < limits.openStreams || isOfCluster(identity)) return;
    throw tooManyRequests("Too many requests, please try again later.", retryAfterSeconds);
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
