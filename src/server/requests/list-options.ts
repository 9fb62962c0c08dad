import { type FieldProblem, forbiddenField, unsupportedField } from "#machinery/field-problem.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import { isTrue } from "./query.ts";
import { metaKind } from "./write-options.ts";

/** What a list or a watch is asked for, besides which objects. */
export interface ListOptions {
  /** 0: no limit. */
  readonly limit: number;
  /** Empty: from the beginning. */
  readonly token: string;
  /** As it was sent; empty where none was. */
  readonly version: string;
  readonly match: "" | "Exact" | "NotOlderThan";
  /** undefined: as long as it takes. */
  readonly timeoutSeconds: number | undefined;
  readonly wantsBookmarks: boolean;
  /** Whether what is there comes before what changes; never in a list. */
  readonly sendsInitialEvents: boolean;
}

/** Throws a 400 or 422. Source: ValidateListOptions and SetListOptionsDefaults in k8s.io/apimachinery, with WatchList on (KEP-3157). */
export function listOptionsOf(query: URLSearchParams, verb: "list" | "watch"): ListOptions {
  const limit = integer(query, "limit") ?? 0;
  const timeoutSeconds = integer(query, "timeoutSeconds");
  const [version, token] = [query.get("resourceVersion") ?? "", query.get("continue") ?? ""];
  const match = query.get("resourceVersionMatch") ?? "";
  const words = { version, token, match, hasInitialEvents: query.has("sendInitialEvents") };
  const problems = [...(verb === "list" ? listProblems(words) : watchProblems(words))];
  if (problems.length > 0 || !isMatch(match)) throw invalid(metaKind("ListOptions"), "", problems);
  return {
    limit: Math.max(limit, 0),
    token,
    version,
    match,
    timeoutSeconds,
    wantsBookmarks: isTrue(query, "allowWatchBookmarks"),
    sendsInitialEvents: words.hasInitialEvents
      ? isTrue(query, "sendInitialEvents")
      : verb === "watch" && (version === "" || version === "0"),
  };
}

interface Words {
  readonly version: string;
  readonly token: string;
  readonly match: string;
  readonly hasInitialEvents: boolean;
}

const isMatch = (match: string): match is ListOptions["match"] =>
  match === "" || match === "Exact" || match === "NotOlderThan";

function* listProblems({ version, token, match, hasInitialEvents }: Words): Iterable<FieldProblem> {
  if (match !== "") {
    if (version === "") yield ofMatch("resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (token !== "") yield ofMatch("resourceVersionMatch is forbidden when continue is provided");
    if (!isMatch(match)) yield unsupportedMatch(match);
    if (match === "Exact" && version === "0")
      yield ofMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (hasInitialEvents) yield forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list");
}

/** Kubernetes names the empty one last here, where it sorts everywhere else. */
const unsupportedMatch = (value: string): FieldProblem => ({
  path: "resourceVersionMatch",
  kind: "NotSupported",
  value,
  detail: 'supported values: "Exact", "NotOlderThan", ""',
});

function* watchProblems({ token, match, hasInitialEvents }: Words): Iterable<FieldProblem> {
  if (hasInitialEvents && match !== "NotOlderThan")
    yield ofMatch("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (match === "") return;
  if (!hasInitialEvents)
    yield ofMatch("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (match !== "NotOlderThan") yield unsupportedField("resourceVersionMatch", match, ["NotOlderThan"]);
  if (token !== "") yield ofMatch("resourceVersionMatch is forbidden when continue is provided");
}

const ofMatch = (detail: string): FieldProblem => forbiddenField("resourceVersionMatch", detail);

const mostInteger = 2n ** 63n;

/** undefined: not given. Throws a 400 in the words of Go's strconv, which is what clients of Kubernetes are told. */
function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const why = /^[+-]?\d{1,40}$/.test(text) ? "value out of range" : "invalid syntax";
  const value = why === "invalid syntax" ? mostInteger : BigInt(text.replace("+", ""));
  if (value < -mostInteger || value >= mostInteger)
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text.slice(0, 200))}: ${why}`);
  return Number(value);
}
