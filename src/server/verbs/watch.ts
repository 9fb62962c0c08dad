import { presentationOf } from "../answers/present.ts";
import { type Call, turnOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { prefixOf } from "../objects.ts";
import { refusalOf } from "../refusals.ts";
import { listOptionsOf } from "../requests/list-options.ts";
import { parseRevision } from "../requests/resource-version.ts";
import { selectionOf } from "../requests/selection.ts";
import { watchType } from "../watches/watch-events.ts";
import { Watching, type WatchPlan } from "../watches/watching.ts";

/** GET of a collection with `watch=true`. */
export async function watch(call: Call): Promise<Answer> {
  const plan = await planOf(call);
  const { store, report, slowReaders, metrics } = call.env;
  return {
    kind: "stream",
    status: 200,
    headers: { "content-type": watchType(call.format) },
    run: (outlet) => {
      const watching = new Watching(
        plan,
        slowReaders.bounded(outlet, () => metrics.tooSlow(call.kind)),
      );
      watching.run(store).catch((fault: unknown) => watching.fail(refusalOf(fault, report)));
    },
  };
}

async function planOf(call: Call): Promise<WatchPlan> {
  const { kind, path, query, env } = call;
  const { version, wantsBookmarks, sendsInitialEvents, timeoutSeconds } = listOptionsOf(query, "watch");
  const revision = parseRevision(version) ?? 0;
  return {
    prefix: prefixOf(kind, path.namespace),
    selection: selectionOf(call.spoken, query, path.name),
    presentation: presentationOf(call),
    from: sendsInitialEvents
      ? { kind: "present", notOlderThan: revision }
      : { kind: "after", revision: revision || (await env.store.revision()) },
    bookmarkEveryMs: wantsBookmarks ? (env.options.bookmarkEveryMs ?? minuteMs) : 0,
    timeoutMs: timeoutMs(timeoutSeconds, env.chance.number),
    turn: turnOf(call),
  };
}

const minuteMs = 60_000;

/** A watch without a limit of its own ends after half an hour to an hour, so that not all of them end at once. */
const shortestMs = 30 * 60_000;
const longestSeconds = 86_400;

const timeoutMs = (seconds = 0, random: (below: number) => number): number =>
  seconds === 0 ? shortestMs + random(shortestMs) : Math.min(Math.max(seconds, 0), longestSeconds) * 1000;
