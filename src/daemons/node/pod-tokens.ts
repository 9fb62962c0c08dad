import type { Pod } from "#api/core/pod.ts";
import {
  endOf,
  type GivenToken,
  refreshAt,
  type TokenText,
  type WantedToken,
  wantedTokens,
} from "#core/pods/projected-tokens.ts";

export interface PodTokensOptions {
  /** Asks the server for one, bound to the pod. Rejects with what it answers. */
  readonly ask: (pod: Pod, wanted: WantedToken) => Promise<Omit<GivenToken, "askedAt">>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

interface Held {
  token: (GivenToken & { readonly refreshAt: number }) | undefined;
  /** Containers of a pod start at once, and wait for the same answer. */
  asking: Promise<void> | undefined;
  /** Why there is no newer one. */
  fault: unknown;
}

/** The tokens that this node's pods find in their volumes: each is asked for once, and again when most of its life is over. */
export class PodTokens {
  readonly #options: PodTokensOptions;
  /** By the pod's uid, then by `tokenKey`. */
  readonly #held = new Map<string, Map<string, Held>>();

  constructor(options: PodTokensOptions) {
    this.#options = options;
  }

  /** By `tokenKey`, all that the pod wants; older ones where no newer ones can be had. */
  async of(pod: Pod): Promise<ReadonlyMap<string, TokenText>> {
    const wanted = [...wantedTokens(pod)];
    const asked = wanted.map(async ([key, one]) => [key, await this.#text(pod, key, one)] as const);
    return new Map(await Promise.all(asked));
  }

  /** When `of` would ask again, in milliseconds since 1970; undefined where the pod wants none. */
  dueAt(pod: Pod): number | undefined {
    const wanted = [...wantedTokens(pod).keys()];
    const held = this.#held.get(pod.metadata.uid);
    return wanted.length === 0 ? undefined : Math.min(...wanted.map((key) => held?.get(key)?.token?.refreshAt ?? 0));
  }

  /** Throws what kept the server from giving the pod a newer token. */
  mustBeFresh(uid: string): void {
    for (const { fault } of this.#held.get(uid)?.values() ?? []) if (fault !== undefined) throw fault;
  }

  forget(uid: string): void {
    this.#held.delete(uid);
  }

  async #text(pod: Pod, key: string, wanted: WantedToken): Promise<TokenText> {
    const held = this.#of(pod.metadata.uid, key);
    if (held.token === undefined || held.token.refreshAt <= this.#options.now()) {
      held.asking ??= this.#ask(pod, wanted, held);
      await held.asking;
    }
    if (held.token !== undefined && this.#options.now() < endOf(held.token)) return held.token;
    const { fault } = held;
    return { refusal: fault instanceof Error ? fault.message : String(fault) };
  }

  async #ask(pod: Pod, wanted: WantedToken, held: Held): Promise<void> {
    const { ask, now, random } = this.#options;
    const askedAt = now();
    await ask(pod, wanted).then(
      (answer) => {
        const given = { ...answer, askedAt };
        held.token = { ...given, refreshAt: refreshAt(given, random()) };
        held.fault = undefined;
      },
      (fault: unknown) => {
        held.fault = fault;
      },
    );
    held.asking = undefined;
  }

  #of(uid: string, key: string): Held {
    const all = this.#held.get(uid) ?? new Map<string, Held>();
    this.#held.set(uid, all);
    const held = all.get(key) ?? { token: undefined, asking: undefined, fault: undefined };
    all.set(key, held);
    return held;
  }
}
