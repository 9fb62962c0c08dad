import { setImmediate as nextTurn } from "node:timers/promises";

/** How long one client's work may keep all others waiting, in milliseconds. */
const sliceMs = 5;

/** `make` of each, in order; where that takes long, other requests have their turn in between. */
export async function inSlices<T, R>(all: readonly T[], make: (one: T) => R): Promise<readonly R[]> {
  const made: R[] = [];
  let begun = performance.now();
  for (const one of all) {
    made.push(make(one));
    if (performance.now() - begun < sliceMs) continue;
    await nextTurn();
    begun = performance.now();
  }
  return made;
}
