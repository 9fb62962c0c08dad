const MAX_ANSWERS = 16_384;
/** Longer queries carry things that no two have in common. */
const MAX_QUERY_BYTES = 128;
const ID_BYTES = 2;

/**
 * Answers ready to send, by the query's bytes without its id: who asks the same in the same words gets the same bytes. They hold for
 * one version of the zone.
 */
export class PreparedAnswers {
  readonly #answers = new Map<string, Uint8Array>();
  #version = -1;

  /** A copy that carries the query's id. */
  find(query: Buffer, version: number): Buffer | undefined {
    if (version !== this.#version) this.#forget(version);
    const prepared = this.#answers.get(query.toString("latin1", ID_BYTES));
    if (prepared === undefined) return undefined;
    const answer = Buffer.allocUnsafe(prepared.length);
    answer.set(prepared);
    answer[0] = query[0] ?? 0;
    answer[1] = query[1] ?? 0;
    return answer;
  }

  keep(query: Buffer, version: number, answer: Uint8Array): void {
    if (version !== this.#version || this.#answers.size >= MAX_ANSWERS) this.#forget(version);
    if (query.length <= MAX_QUERY_BYTES) this.#answers.set(query.toString("latin1", ID_BYTES), answer);
  }

  #forget(version: number): void {
    this.#answers.clear();
    this.#version = version;
  }
}
