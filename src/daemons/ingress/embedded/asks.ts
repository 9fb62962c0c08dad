import type { Answer as OwnAnswer } from "#core/routes/filters/answer.ts";
import { challenge } from "#core/routes/filters/credentials.ts";
import { type AuthAnswer, type AuthRequest, judged, keptSeconds } from "#core/routes/filters/external-auth.ts";
import type { Ask } from "#core/routes/filters/filtered.ts";
import { inTurn, noChanges } from "#core/routes/filters/header-changes.ts";
import { admit, isSpent, leave, type RateState, rateAnswer } from "#core/routes/filters/rate-limit.ts";
import type { HeaderChanges, RateLimit } from "#core/routes/route-filters.ts";
import type { Route } from "#core/routes/route-table.ts";
import { askAuthService } from "./auth-call.ts";
import type { Deadlines, Timed } from "./deadlines.ts";
import { Passwords } from "./passwords.ts";

/** What came of all that a request's filters asked for. `release` is called once when the request has ended. */
export type AskOutcome =
  | {
      readonly kind: "pass";
      readonly requestHeaders: HeaderChanges;
      readonly responseHeaders: HeaderChanges;
      readonly release: () => void;
    }
  | { readonly kind: "answer"; readonly answer: OwnAnswer; readonly release: () => void };

type Heard = (outcome: AskOutcome) => void;

interface Kept<V> {
  readonly value: V;
  readonly until: number;
}

const mostKept = 10_000;
const sweepSeconds = 30;

/** What filters ask for beside the request: who came how often, whether a password fits, what an authentication service says. */
export class Asks implements Timed {
  deadline: number;
  readonly #deadlines: Deadlines;
  readonly #rates = new Map<string, { state: RateState; readonly limit: RateLimit }>();
  readonly #passwords: Passwords;
  readonly #verdicts = new Map<string, Kept<AuthAnswer>>();

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
    this.#passwords = new Passwords(deadlines);
    this.deadline = deadlines.inSeconds(sweepSeconds);
    deadlines.add(this);
  }

  askAll(route: Route, asks: readonly Ask[], heard: Heard): void {
    this.#askFrom(0, { route, asks, heard, released: [], requestHeaders: noChanges, responseHeaders: noChanges });
  }

  /** Forgets what makes no difference any more. */
  overdue(): void {
    this.deadline = this.#deadlines.inSeconds(sweepSeconds);
    const { now } = this.#deadlines;
    for (const [key, { limit, state }] of this.#rates) if (isSpent(limit, state, now)) this.#rates.delete(key);
    for (const [key, { until }] of this.#verdicts) if (until <= now) this.#verdicts.delete(key);
    this.#passwords.sweep();
  }

  #askFrom(place: number, round: Round): void {
    const ask = round.asks[place];
    if (ask === undefined) {
      const { requestHeaders, responseHeaders } = round;
      round.heard({ kind: "pass", requestHeaders, responseHeaders, release: releaseAll(round) });
      return;
    }
    const refuse = (answer: OwnAnswer): void => round.heard({ kind: "answer", answer, release: releaseAll(round) });
    switch (ask.kind) {
      case "rateLimit": {
        const release = this.#admit(`${round.route.id} ${ask.key}`, ask.limit);
        if (release === undefined) refuse(rateAnswer(ask.limit));
        else this.#askFrom(place + 1, { ...round, released: [...round.released, release] });
        return;
      }
      case "basicAuth":
        this.#passwords.ask(ask, (fits) => {
          if (fits) this.#askFrom(place + 1, round);
          else refuse(challenge(ask.realm, "CredentialsWrong"));
        });
        return;
      case "externalAuth":
        this.#askService(round.route, ask.request, (answer) => {
          const verdict = judged(ask.request, answer);
          if (verdict.kind === "answer") refuse(verdict);
          else this.#askFrom(place + 1, withHeaders(round, verdict));
        });
    }
  }

  /** undefined: too much; else what is called when the request has ended. */
  #admit(key: string, limit: RateLimit): (() => void) | undefined {
    const known = this.#rates.get(key)?.state;
    const { admitted, state } = admit(limit, known, this.#deadlines.now);
    // Who comes from ever new addresses must not fill the memory; the eldest are forgotten.
    if (known === undefined && this.#rates.size >= mostKept) dropFirst(this.#rates);
    this.#rates.set(key, { state, limit });
    if (!admitted) return undefined;
    return () => {
      const last = this.#rates.get(key);
      if (last !== undefined) this.#rates.set(key, { ...last, state: leave(last.state) });
    };
  }

  #askService({ id, filters }: Route, request: AuthRequest, heard: (answer: AuthAnswer) => void): void {
    const key = request.cacheKey === undefined ? undefined : `${id} ${request.url} ${request.cacheKey}`;
    const known = key === undefined ? undefined : this.#verdicts.get(key);
    if (known !== undefined && known.until > this.#deadlines.now) {
      heard(known.value);
      return;
    }
    askAuthService(request, (answer) => {
      const seconds =
        answer === undefined || filters.externalAuth === undefined
          ? 0
          : keptSeconds(filters.externalAuth, answer.status);
      if (key !== undefined && seconds > 0) {
        if (this.#verdicts.size >= mostKept) dropFirst(this.#verdicts);
        this.#verdicts.set(key, { value: answer, until: this.#deadlines.inSeconds(seconds) });
      }
      heard(answer);
    });
  }
}

interface Round {
  readonly route: Route;
  readonly asks: readonly Ask[];
  readonly heard: Heard;
  readonly released: readonly (() => void)[];
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
}

function withHeaders(
  round: Round,
  more: { readonly requestHeaders: HeaderChanges; readonly responseHeaders: HeaderChanges },
): Round {
  return {
    ...round,
    requestHeaders: inTurn(round.requestHeaders, more.requestHeaders),
    responseHeaders: inTurn(round.responseHeaders, more.responseHeaders),
  };
}

const releaseAll =
  ({ released }: Round): (() => void) =>
  () => {
    for (const release of released) release();
  };

function dropFirst(kept: Map<string, unknown>): void {
  for (const key of kept.keys()) {
    kept.delete(key);
    return;
  }
}
