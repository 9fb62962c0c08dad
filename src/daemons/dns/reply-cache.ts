import { aged, type Reply } from "#core/dns/upstream-reply.ts";

/** Replies of others, each for as long as it may be kept; the oldest goes when there is no room. Times in milliseconds. */
export class ReplyCache {
  readonly #replies = new Map<string, { readonly reply: Reply; readonly storedAtMs: number }>();
  readonly #maxReplies: number;

  constructor(maxReplies: number) {
    this.#maxReplies = maxReplies;
  }

  /** The reply as it reads now. */
  get(key: string, nowMs: number): Reply | undefined {
    const kept = this.#replies.get(key);
    if (kept === undefined) return undefined;
    const ageSeconds = Math.floor((nowMs - kept.storedAtMs) / 1000);
    if (ageSeconds < kept.reply.lifetimeSeconds) return aged(kept.reply, ageSeconds);
    this.#replies.delete(key);
    return undefined;
  }

  put(key: string, reply: Reply, nowMs: number): void {
    if (reply.lifetimeSeconds === 0) return;
    this.#replies.delete(key);
    this.#replies.set(key, { reply, storedAtMs: nowMs });
    const [oldest] = this.#replies.keys();
    if (this.#replies.size > this.#maxReplies && oldest !== undefined) this.#replies.delete(oldest);
  }
}
