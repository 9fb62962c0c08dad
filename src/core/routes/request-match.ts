import { compilePattern, type PatternUse } from "./pattern.ts";
import type { RouteRequest } from "./route-request.ts";
import type { PathMatch, Route, RouteMatch, ValueMatch } from "./route-table.ts";

export function fitsPath(match: PathMatch, path: string): boolean {
  const { kind, value } = match;
  switch (kind) {
    case "exact":
      return path === value;
    case "prefix":
      return path.startsWith(value) && (path.length === value.length || path.charCodeAt(value.length) === SLASH);
    case "pattern":
      return compiled(match, "path").test(path);
  }
}
const SLASH = 0x2f;

/** What the groups of a pattern have captured of a path that it fits, all that it has matched first; none of any other match. */
export const capturesOf = (match: PathMatch, path: string): readonly (string | undefined)[] =>
  match.kind === "pattern" ? (compiled(match, "path").exec(path) ?? []) : [];

const patterns = new WeakMap<PathMatch | ValueMatch, RegExp>();

/** Compiled at its first request, and kept as long as the match is. */
function compiled(match: PathMatch | ValueMatch, use: PatternUse): RegExp {
  const known = patterns.get(match);
  if (known !== undefined) return known;
  const made = compilePattern(match.value, use);
  patterns.set(match, made);
  return made;
}

/** Whether all but the path fits: method, headers, query and cookies. */
export function fitsBesidePath({ match }: Route, request: RouteRequest): boolean {
  return fitsMethod(match, request) && firstMisfit(match, request) === undefined;
}

export const fitsMethod = ({ method }: RouteMatch, request: RouteRequest): boolean =>
  method === undefined || method === request.method;

/** The first header, query parameter or cookie that the request doesn't have as it should. */
export function firstMisfit({ headers, query, cookies }: RouteMatch, request: RouteRequest): ValueMatch | undefined {
  return (
    headers.find((wanted) => !fitsValue(wanted, request.header(wanted.name))) ??
    query.find((wanted) => !fitsValue(wanted, queryValue(request.query, wanted.name))) ??
    cookies.find((wanted) => !fitsValue(wanted, cookieValue(request.header("cookie"), wanted.name)))
  );
}

function fitsValue(match: ValueMatch, given: string | undefined): boolean {
  if (given === undefined) return false;
  return match.kind === "exact" ? given === match.value : compiled(match, "value").test(given);
}

/** The first of that name, as it is written: HAProxy's `url_param` decodes nothing either. */
export function queryValue(query: string, name: string): string | undefined {
  const pair = query.split("&").find((one) => one === name || one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** The first of that name. Source: RFC 6265 section 5.4. */
export function cookieValue(cookies: string | undefined, name: string): string | undefined {
  for (const pair of cookies?.split(";") ?? []) {
    const mark = pair.indexOf("=");
    if (mark >= 0 && pair.slice(0, mark).trim() === name) return pair.slice(mark + 1).trim();
  }
  return undefined;
}
