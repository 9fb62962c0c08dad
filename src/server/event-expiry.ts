import { type Event, events } from "#api/core/event.ts";
import type { Store } from "#store/store.ts";
import { isOf, parseStored } from "./object.ts";
import { erase, prefixOf } from "./objects.ts";

/** How long an Event is kept after it was last seen. Source: kube-apiserver's `--event-ttl`. */
const keptMs = 60 * 60_000;

/** Deletes the Events that are older; what else would grow without end. */
export async function expireEvents(store: Store, now: number): Promise<void> {
  const { entries } = await store.range(prefixOf(events));
  const expired = entries.filter(({ value }) => {
    const event = parseStored(value);
    return isOf(events, event) && lastSeen(event) < now - keptMs;
  });
  await Promise.all(expired.map((entry) => erase(store, entry)));
}

/** In milliseconds since 1970. */
function lastSeen({ metadata, lastTimestamp, eventTime, series }: Event): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(...times.flatMap((time) => (time === undefined ? [] : Date.parse(time))));
}
