import type { RateLimit } from "../route-filters.ts";
import type { Answer } from "./answer.ts";

/**
 * What one client has used of a limit. Two buckets that leak at the rate, as nginx has them (ngx_http_limit_req_module, `burst` with
 * `nodelay`): a request is too much where more than the burst waits in one of them. Milliseconds of a clock that never goes back.
 */
export interface RateState {
  /** Requests that are over the rate so far. */
  readonly overPerSecond: number;
  readonly overPerMinute: number;
  readonly atMs: number;
  /** Requests that are being answered. */
  readonly open: number;
}

export const freshRate = (nowMs: number): RateState => ({ overPerSecond: 0, overPerMinute: 0, atMs: nowMs, open: 0 });

/** A request begins. One that is refused counts for nothing, so whoever asks too often still gets the rate. */
export function admit(
  limit: RateLimit,
  state: RateState | undefined,
  nowMs: number,
): { readonly admitted: boolean; readonly state: RateState } {
  const before = state ?? freshRate(nowMs);
  const { connections = Number.POSITIVE_INFINITY, burstFactor } = limit;
  const perSecond = bucket(limit.perSecond, 1000, burstFactor);
  const perMinute = bucket(limit.perMinute, 60_000, burstFactor);
  const next: RateState = {
    overPerSecond: perSecond.after(before.overPerSecond, nowMs - before.atMs, state === undefined),
    overPerMinute: perMinute.after(before.overPerMinute, nowMs - before.atMs, state === undefined),
    atMs: nowMs,
    open: before.open + 1,
  };
  const admitted =
    next.overPerSecond <= perSecond.burst && next.overPerMinute <= perMinute.burst && next.open <= connections;
  return { admitted, state: admitted ? next : before };
}

/** A request that was admitted has ended. */
export const leave = (state: RateState): RateState => ({ ...state, open: state.open - 1 });

/** Whether nothing is lost when the state is thrown away. */
export function isSpent(
  limit: RateLimit,
  { overPerSecond, overPerMinute, atMs, open }: RateState,
  nowMs: number,
): boolean {
  const left = (over: number, rate: number | undefined, windowMs: number): number =>
    rate === undefined ? 0 : over - (rate * (nowMs - atMs)) / windowMs;
  // A request that comes now would itself be over the rate by one less what has leaked since.
  return (
    open === 0 &&
    left(overPerSecond + 1, limit.perSecond, 1000) <= 0 &&
    left(overPerMinute + 1, limit.perMinute, 60_000) <= 0
  );
}

/** What is answered to a request too much. */
export const rateAnswer = ({ status }: RateLimit): Answer => ({ status, headers: [], because: "RateExceeded" });

interface Bucket {
  readonly burst: number;
  readonly after: (over: number, passedMs: number, isFirst: boolean) => number;
}

function bucket(rate: number | undefined, windowMs: number, burstFactor: number): Bucket {
  if (rate === undefined) return { burst: 0, after: () => 0 };
  const after = (over: number, passedMs: number, isFirst: boolean): number =>
    isFirst ? 0 : Math.max(0, over - (rate * passedMs) / windowMs + 1);
  return { burst: rate * burstFactor, after };
}
