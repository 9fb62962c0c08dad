import { badRequest, expired, StatusError } from "#machinery/status.ts";
import type { ListMeta } from "#machinery/table.ts";
import { Compacted, type Entry, type Range, type RangeOptions } from "#store/store.ts";
import { presentList } from "../answers/present.ts";
import { Slice } from "../answers/turns.ts";
import { type Call, turnOf } from "../call.ts";
import type { Answer } from "../exchange.ts";
import { parseStored } from "../object.ts";
import { keyOf, prefixOf } from "../objects.ts";
import { badToken, parseToken, showToken } from "../requests/continue-token.ts";
import { type ListOptions, listOptionsOf } from "../requests/list-options.ts";
import { checkReached, parseRevision } from "../requests/resource-version.ts";
import { type Selection, selectionOf } from "../requests/selection.ts";

/** GET of a collection. */
export async function list(call: Call): Promise<Answer> {
  const page = await listed(call);
  return presentList(
    call,
    page.entries.map(({ value }) => value),
    page.metadata,
  );
}

/** The objects that a query chooses, or as many of them as it wants. Throws a 400, 410, 422, 429 or 504. */
export async function listed(call: Call): Promise<Page> {
  const options = listOptionsOf(call.query, "list");
  const selection = selectionOf(call.spoken, call.query);
  await call.env.turns.begin(call.identity);
  return chosen(call, selection, { ...(await pageOf(call, options)), limit: options.limit });
}

/**
 * Which revision the list shows, and after which key it begins. Throws a 400, or a 504 for what has not been reached.
 * Source: the table of `resourceVersion` in the Kubernetes API concepts; ValidateListOptions in k8s.io/apiserver/pkg/storage.
 */
async function pageOf({ kind, path, env }: Call, options: ListOptions): Promise<RangeOptions> {
  const { token, version, match, limit } = options;
  if (token !== "") {
    const { revision, after } = parseToken(prefixOf(kind, path.namespace), token);
    if (version !== "" && version !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    if (revision === undefined) return { after };
    if (revision > (await env.store.revision())) throw badToken(`revision ${revision} has not been reached`);
    return { at: revision, after };
  }
  const wanted = parseRevision(version);
  if (wanted === undefined || wanted === 0) return {};
  await checkReached(env.store, wanted);
  // A page of an older revision is what clients ask for that have lost their token.
  return match === "Exact" || (match === "" && limit > 0) ? { at: wanted } : {};
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly metadata: ListMeta;
}

async function chosen(
  call: Call,
  selection: Selection,
  options: RangeOptions & { readonly limit: number },
): Promise<Page> {
  const { kind, path } = call;
  const isOne =
    selection.name !== undefined &&
    options.at === undefined &&
    options.after === undefined &&
    (kind.scope === "Cluster" || path.namespace !== "");
  if (isOne) return oneChosen(call, selection);
  const prefix = prefixOf(kind, path.namespace);
  const { limit, ...where } = options;
  const isLimited = limit > 0 && selection.isEverything;
  const range = await rangeOf(call, prefix, isLimited ? { ...where, limit } : where);
  const { revision } = range;
  if (selection.isEverything) return page(prefix, range.entries, { revision, remaining: range.remaining });
  const matching: Entry[] = [];
  const slice = new Slice(turnOf(call));
  for (const entry of range.entries) {
    if (selection.matches(parseStored(entry.value))) matching.push(entry);
    if (limit > 0 && matching.length > limit) break;
    if (slice.isOver()) await slice.next();
  }
  const entries = limit > 0 ? matching.slice(0, limit) : matching;
  return page(prefix, entries, { revision, remaining: matching.length - entries.length, isFiltered: true });
}

async function oneChosen({ env, kind, path }: Call, selection: Selection): Promise<Page> {
  const revision = await env.store.revision();
  const entry = await env.store.get(keyOf(kind, { namespace: path.namespace, name: selection.name ?? "" }));
  const entries = entry !== undefined && selection.matches(parseStored(entry.value)) ? [entry] : [];
  return { entries, metadata: { resourceVersion: String(revision) } };
}

interface Rest {
  readonly revision: number;
  /** At least so many, where it is filtered. */
  readonly remaining: number;
  /** How many remain is not told then. */
  readonly isFiltered?: boolean;
}

function page(prefix: string, entries: readonly Entry[], { revision, remaining, isFiltered = false }: Rest): Page {
  const resourceVersion = String(revision);
  const last = entries.at(-1);
  if (remaining === 0 || last === undefined) return { entries, metadata: { resourceVersion } };
  const token = showToken(prefix, { revision, after: last.key });
  return {
    entries,
    metadata: { resourceVersion, continue: token, ...(!isFiltered && { remainingItemCount: remaining }) },
  };
}

async function rangeOf({ env }: Call, prefix: string, options: RangeOptions): Promise<Range> {
  try {
    return await env.store.range(prefix, options);
  } catch (fault) {
    if (!(fault instanceof Compacted)) throw fault;
    const { after } = options;
    throw after === undefined
      ? expired("The resourceVersion for the provided list is too old.")
      : tooOld(prefix, after);
  }
}

/**
 * With a token for the rest as it is now: who would rather have all of the list, if not all as of one moment, need not begin again.
 * Source: handleCompactedErrorForPaging in k8s.io/apiserver/pkg/storage/etcd3/errors.go.
 */
function tooOld(prefix: string, after: string): StatusError {
  const { status } = expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return new StatusError({ ...status, metadata: { continue: showToken(prefix, { revision: undefined, after }) } });
}
