import type { Reply } from "#core/dns/upstream-reply.ts";
import { exchange, type ForeignQuestion, type Outcome } from "./exchange.ts";
import { ReplyCache } from "./reply-cache.ts";
import type { ServerAddress, UpstreamSource } from "./upstreams.ts";

/** A client's own patience is 5 s (resolv.conf(5)): it must hear of our failure, and have time to ask somebody else. */
const DEADLINE_MS = 2000;
/** A server that is silent for so long gets company. */
const PATIENCE_MS = 500;
/** How often each server is asked. */
const ROUNDS = 2;
/** Each open question holds a socket. */
const MAX_OPEN_QUESTIONS = 500;
/** How many clients may wait at a time. */
const MAX_WAITING = 2000;
const MAX_KEPT_REPLIES = 1000;

/** Asks other resolvers. */
export class Forwarder {
  readonly #upstreams: UpstreamSource;
  readonly #cache = new ReplyCache(MAX_KEPT_REPLIES);
  readonly #open = new Map<string, Promise<Reply | undefined>>();
  readonly #stopping = new AbortController();
  #waiting = 0;
  /** Who answered last is asked first. */
  #preferred: ServerAddress | undefined;

  constructor(upstreams: UpstreamSource) {
    this.#upstreams = upstreams;
  }

  /**
   * Their reply, within 2 s; undefined where nobody has one. Never rejects. The same question is asked once, however many clients
   * wait for it: each further one would be a further chance for a forged answer (RFC 5452 section 5).
   */
  async resolve(question: ForeignQuestion): Promise<Reply | undefined> {
    const key = `${question.type} ${question.name}`;
    const kept = this.#cache.get(key, Date.now());
    if (kept !== undefined) return kept;
    if (this.#waiting >= MAX_WAITING) return undefined;
    this.#waiting++;
    const reply = await (this.#open.get(key) ?? this.#begin(key, question));
    this.#waiting--;
    return reply;
  }

  /** Whoever waits gets no reply. */
  stop(): void {
    this.#stopping.abort();
  }

  #begin(key: string, question: ForeignQuestion): Promise<Reply | undefined> {
    if (this.#open.size >= MAX_OPEN_QUESTIONS) return Promise.resolve(undefined);
    const reply = this.#ask(question).finally(() => this.#open.delete(key));
    this.#open.set(key, reply);
    void reply.then((it) => it && this.#cache.put(key, it, Date.now()));
    return reply;
  }

  async #ask(question: ForeignQuestion): Promise<Reply | undefined> {
    const servers = await this.#upstreams();
    const preferredFirst = servers.toSorted((a, b) => this.#rank(a) - this.#rank(b));
    const winner = await firstReply(preferredFirst, question, this.#stopping.signal);
    if (winner !== undefined) this.#preferred = winner.server;
    return winner?.reply;
  }

  #rank(server: ServerAddress): number {
    const { address, port } = this.#preferred ?? {};
    return server.address === address && server.port === port ? 0 : 1;
  }
}

interface Winner {
  readonly server: ServerAddress;
  readonly reply: Reply;
}

/**
 * Asks one server after the other, the next when one fails or is silent for a while, and goes on listening to all of them. Who
 * failed isn't asked again; when all have failed, that is known at once.
 */
function firstReply(
  servers: readonly ServerAddress[],
  question: ForeignQuestion,
  stopping: AbortSignal,
): Promise<Winner | undefined> {
  const { promise, resolve } = Promise.withResolvers<Winner | undefined>();
  const ending = new AbortController();
  const turns = Array.from({ length: ROUNDS }, () => servers).flat();
  const failed = new Set<ServerAddress>();
  let open = 0;
  let patience: NodeJS.Timeout | undefined;

  const next = (): void => {
    clearTimeout(patience);
    const server = turns.find((it) => !failed.has(it));
    if (server === undefined) {
      if (open === 0) resolve(undefined);
      return;
    }
    turns.splice(0, turns.indexOf(server) + 1);
    open++;
    patience = setTimeout(next, PATIENCE_MS);
    void exchange(server, question, ending.signal).then((outcome) => heard(server, outcome));
  };
  const heard = (server: ServerAddress, outcome: Outcome): void => {
    open--;
    if (outcome.kind === "reply") resolve({ server, reply: outcome.reply });
    else if (outcome.kind !== "silent") {
      failed.add(server);
      next();
    }
  };

  const giveUp = (): void => resolve(undefined);
  const deadline = setTimeout(giveUp, DEADLINE_MS);
  stopping.addEventListener("abort", giveUp);
  next();
  return promise.finally(() => {
    clearTimeout(deadline);
    clearTimeout(patience);
    stopping.removeEventListener("abort", giveUp);
    ending.abort();
  });
}
