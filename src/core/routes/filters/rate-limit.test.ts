import assert from "node:assert/strict";
import { test } from "node:test";
import type { RateLimit } from "../route-filters.ts";
import { admit, freshRate, isSpent, leave, type RateState, rateAnswer } from "./rate-limit.ts";

const limited = (limit: Partial<RateLimit>): RateLimit => ({ burstFactor: 5, exempt: [], status: 503, ...limit });

/** Requests that end at once, at these milliseconds: `+` admitted, `-` refused. */
function shown(limit: RateLimit, times: readonly number[]): string {
  let state: RateState | undefined;
  let line = "";
  for (const at of times) {
    const { admitted, state: next } = admit(limit, state, at);
    state = admitted ? leave(next) : next;
    line += admitted ? "+" : "-";
  }
  return line;
}

const atOnce = (count: number, at = 0): readonly number[] => Array.from({ length: count }, () => at);

const cases: readonly {
  readonly name: string;
  readonly limit: RateLimit;
  readonly at: readonly number[];
  readonly told: string;
}[] = [
  { name: "one and the burst at once", limit: limited({ perSecond: 1 }), at: atOnce(8), told: "++++++--" },
  {
    name: "a burst is so many times the rate",
    limit: limited({ perSecond: 2, burstFactor: 2 }),
    at: atOnce(7),
    told: "+++++--",
  },
  { name: "no burst", limit: limited({ perSecond: 10, burstFactor: 0 }), at: [0, 50, 100, 199, 200], told: "+-+-+" },
  {
    name: "at the rate nothing is refused",
    limit: limited({ perSecond: 10, burstFactor: 0 }),
    at: [0, 100, 200, 300],
    told: "++++",
  },
  {
    name: "what was refused does not count",
    limit: limited({ perSecond: 1, burstFactor: 1 }),
    at: [0, 0, 0, 0, 0, 1000],
    told: "++---+",
  },
  {
    name: "a pause empties the bucket",
    limit: limited({ perSecond: 1 }),
    at: [...atOnce(7), ...atOnce(7, 60_000)],
    told: "++++++-++++++-",
  },
  {
    name: "by the minute",
    limit: limited({ perMinute: 60, burstFactor: 1 }),
    at: [...atOnce(63), 1000, 1000],
    told: `${"+".repeat(61)}--+-`,
  },
  {
    name: "both: the tighter one decides",
    limit: limited({ perSecond: 100, perMinute: 1, burstFactor: 1 }),
    at: [0, 0, 0, 60_000, 60_000],
    told: "++-+-",
  },
  { name: "no rate at all", limit: limited({}), at: atOnce(50), told: "+".repeat(50) },
];
for (const { name, limit, at, told } of cases) test(`admit: ${name}`, () => assert.equal(shown(limit, at), told));

test("admit: connections are those of requests that have not ended", () => {
  const limit = limited({ connections: 2 });
  const one = admit(limit, undefined, 0).state;
  const two = admit(limit, one, 0).state;
  assert.equal(admit(limit, two, 0).admitted, false);
  assert.equal(admit(limit, two, 0).state.open, 2);
  assert.equal(admit(limit, leave(two), 0).admitted, true);
});

test("isSpent: a state can go when it makes no difference any more", () => {
  const limit = limited({ perSecond: 2, perMinute: 30 });
  const used = admit(limit, freshRate(0), 0).state;
  assert.equal(isSpent(limit, used, 100_000), false); // its request has not ended
  assert.equal(isSpent(limit, leave(used), 1000), false);
  assert.equal(isSpent(limit, leave(used), 4000), true);
});

test("rateAnswer: the status is the limit's", () => assert.equal(rateAnswer(limited({ status: 429 })).status, 429));
