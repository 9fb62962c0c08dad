import { HOST_PATTERN } from "../request-target.ts";

/** One rule of a frontend, a word each: a printer quotes them. */
export type RuleWords = readonly string[];

/**
 * What makes HAProxy see a request's target and host as `normalTarget` and `normalHost` do, in a frontend before every other rule. The host is in
 * `txn.host` then. Needs `expose-experimental-directives` (HAProxy 2.4 and newer). HAProxy by itself answers 400 to control bytes, `#`, bytes above
 * 126 (HTTP/1), two hosts, and an absolute form whose authority is not the Host.
 */
export const targetRules: readonly RuleWords[] = [
  deny("!{", "path_beg", "/", "}"),
  deny("!{", "url_beg", "/", "}", "!{", "url", "-m", "reg", "-i", "^https?://[^/?@]+/", "}"),
  deny("{", "fc_http_major", "2", "}", "{", "pathq", "-m", "reg", "[^\\x21\\x22\\x24-\\x7e]", "}"),
  // Most paths are in their normal form.
  when(["set-var(txn.odd)", "bool(true)"], "{", "path", "-m", "sub", "%", "//", "/.", "\\", "}"),
  ...ofOddPaths(
    ["deny", "deny_status", "400", "if", "{", "path", "-m", "sub", "\\", "}"],
    // Normalizers read path and query as one; the query is set aside where they would change it.
    ["set-var(txn.query)", "query", "if", "{", "query", "-m", "sub", "%", "}"],
    ["set-query", "x", "if", "{", "var(txn.query)", "-m", "found", "}"],
    ["normalize-uri", "percent-decode-unreserved", "strict"],
    ["normalize-uri", "percent-to-uppercase", "strict"],
    ["deny", "deny_status", "400", "if", "{", "path", "-m", "sub", "%2F", "%5C", "%00", "%3F", "%23", "}"],
    ["normalize-uri", "path-merge-slashes"],
    ["normalize-uri", "path-strip-dot"],
    ["set-query", "%[var(txn.query)]", "if", "{", "var(txn.query)", "-m", "found", "}"],
  ),
  // Not `full`: what leads above the root stays, to be refused. HAProxy 2.6 passes over `if` here, and over the rule.
  ["http-request", "normalize-uri", "path-strip-dotdot"],
  deny("{", "path_beg", "/../", "}"),
  when(["set-pathq", "%[path]"], "{", "query", "-m", "len", "0", "}"),
  // fhdr: hdr would read `a,b` as two hosts.
  deny("!{", "req.fhdr(host)", "-m", "reg", "-i", HOST_PATTERN, "}"),
  ["http-request", "set-var(txn.host)", "req.fhdr(host),host_only,lower,rtrim(.)"],
];

/** Actions with their conditions, for paths that may have another normal form. */
function ofOddPaths(...actions: readonly RuleWords[]): readonly RuleWords[] {
  const isOdd = ["{", "var(txn.odd)", "-m", "found", "}"];
  return actions.map((words) => {
    const condition = words.indexOf("if");
    return condition < 0
      ? ["http-request", ...words, "if", ...isOdd]
      : ["http-request", ...words.slice(0, condition), "if", ...isOdd, ...words.slice(condition + 1)];
  });
}

function deny(...condition: readonly string[]): RuleWords {
  return when(["deny", "deny_status", "400"], ...condition);
}

function when(action: readonly string[], ...condition: readonly string[]): RuleWords {
  return ["http-request", ...action, "if", ...condition];
}
