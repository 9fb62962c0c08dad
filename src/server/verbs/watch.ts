import { type FieldProblem, forbiddenField, unsupportedField } from "#machinery/field-problem.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { prefixOf } from "../objects.ts";
import { presentationOf } from "../present.ts";
import { isTrue } from "../query.ts";
import { refusalOf } from "../refusals.ts";
import { parseRevision } from "../resource-version.ts";
import { selectionOf } from "../selection.ts";
import { watchType } from "../watch-events.ts";
import { Watching, type WatchPlan } from "../watching.ts";
import { metaKind } from "../write-options.ts";

/** GET of a collection with `watch=true`. */
export async function watch(call: Call): Promise<Answer> {
  const plan = await planOf(call);
  const { store, report } = call.env;
  return {
    kind: "stream",
    status: 200,
    headers: { "content-type": watchType(call.format) },
    run: (outlet) => {
      const watching = new Watching(plan, outlet);
      watching.run(store).catch((fault: unknown) => watching.fail(refusalOf(fault, report)));
    },
  };
}

async function planOf(call: Call): Promise<WatchPlan> {
  const { kind, path, query, env } = call;
  const wantsBookmarks = isTrue(query, "allowWatchBookmarks");
  const sendsInitial = initialEvents(query, wantsBookmarks);
  const revision = parseRevision(query.get("resourceVersion") ?? "") ?? 0;
  return {
    prefix: prefixOf(kind, path.namespace),
    selection: selectionOf(call.spoken, query, path.name),
    presentation: presentationOf(call),
    after: (sendsInitial ?? revision === 0) ? undefined : revision || (await env.store.revision()),
    wantsBookmarks,
    marksInitialEnd: sendsInitial === true,
    timeoutMs: timeoutMs(query, env.chance.number),
  };
}

/** Whether what is there comes first; undefined: as the resourceVersion says. Throws a 422. Source: KEP-3157. */
function initialEvents(query: URLSearchParams, wantsBookmarks: boolean): boolean | undefined {
  const match = query.get("resourceVersionMatch") ?? "";
  const problems: FieldProblem[] = [];
  if (!query.has("sendInitialEvents")) {
    if (match !== "")
      problems.push(
        forbiddenField(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
      );
  } else {
    if (match === "")
      problems.push(
        forbiddenField(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
      );
    else if (match !== "NotOlderThan") problems.push(unsupportedField("resourceVersionMatch", match, ["NotOlderThan"]));
    if (isTrue(query, "sendInitialEvents") && !wantsBookmarks)
      problems.push(
        forbiddenField("sendInitialEvents", "sendInitialEvents requires setting allowWatchBookmarks to true"),
      );
  }
  if (problems.length > 0) throw invalid(metaKind("ListOptions"), "", problems);
  return query.has("sendInitialEvents") ? isTrue(query, "sendInitialEvents") : undefined;
}

/** A watch without a limit of its own ends after half an hour to an hour, so that not all of them end at once. */
const shortestMs = 30 * 60_000;
function timeoutMs(query: URLSearchParams, random: (below: number) => number): number {
  const text = query.get("timeoutSeconds") ?? "";
  if (text === "" || text === "0") return shortestMs + random(shortestMs);
  if (!/^\d{1,9}$/.test(text))
    throw badRequest(`timeoutSeconds is no whole number: ${JSON.stringify(text.slice(0, 200))}`);
  return Math.min(Number(text), 86_400) * 1000;
}
