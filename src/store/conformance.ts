import { histories } from "./conformance/histories.ts";
import { ranges } from "./conformance/ranges.ts";
import { reopening } from "./conformance/reopening.ts";
import type { StoreUnderTest } from "./conformance/subject.ts";
import { watches } from "./conformance/watches.ts";
import { writes } from "./conformance/writes.ts";

export type { Opened, StoreUnderTest } from "./conformance/subject.ts";

/** The tests that every store passes; registers them with `node:test`. */
export function conformance(subject: StoreUnderTest): void {
  writes(subject);
  ranges(subject);
  watches(subject);
  histories(subject);
  reopening(subject);
}
