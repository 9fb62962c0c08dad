/**
 * What of a request's target routes look at, authentication looks at and backends get: one form for all, so that nobody gets past a rule by
 * writing its path in another way. `path` begins with a slash. Escapes of letters, digits, `-`, `.`, `_` and `~` are decoded, other escapes have
 * upper-case digits, runs of slashes are one, and `.` and `..` segments are resolved (RFC 3986 section 6.2.2). The query is left as it came; an empty one is none.
 */
export type RequestTarget =
  | {
      readonly kind: "target";
      readonly path: string;
      /** Without the question mark; undefined where there is none. */
      readonly query: string | undefined;
      /** Of an absolute form (`http://shop.example/x`): it must be the host of the request too. */
      readonly authority: string | undefined;
    }
  /** To be answered with 400. */
  | { readonly kind: "refused"; readonly because: TargetProblem };

export type TargetProblem =
  | "NotAPath"
  | "ForbiddenByte"
  | "BrokenEscape"
  /** An escaped slash, backslash, NUL, `?` or `#`: receivers disagree on what they mean. */
  | "ForbiddenEscape"
  | "AboveRoot";

const refused = (because: TargetProblem): RequestTarget => ({ kind: "refused", because });

/** The form that most targets have already. */
const PLAIN = /^\/(?:[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*(?:\/(?=[^/.]|$)|$))*$/;
/** The same for HAProxy, with the query, and in absolute form, which is what it makes of HTTP/2's: what fits is in its normal form. */
export const NORMAL_TARGET = String.raw`^(?:https?://[^/?@]+)?/(?:[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*(?:/(?![/.])|(?=[?]|$)))*(?:[?][\x21\x22\x24-\x7e]+)?$(?!\n)`;
/** Visible ASCII but the fragment's sign: what is left has no place in a target (RFC 9112 section 3.2). */
const ALLOWED = /^[\x21\x22\x24-\x7e]*$/;
const ABSOLUTE = /^https?:\/\/([^/?@]+)(\/.*)$/i;
const FORBIDDEN_ESCAPE = /%(?:2F|5C|00|3F|23)/;

/** Reads the target of a request line (bytes as latin1) or HTTP/2's `:path`. HAProxy does the same by the rules of `haproxy/target-rules.ts`. */
export function normalTarget(raw: string): RequestTarget {
  const absolute = raw.startsWith("/") ? null : ABSOLUTE.exec(raw);
  const origin = absolute?.[2] ?? raw;
  if (!ALLOWED.test(origin)) return refused("ForbiddenByte");
  if (!origin.startsWith("/")) return refused("NotAPath");
  const mark = origin.indexOf("?");
  const path = mark < 0 ? origin : origin.slice(0, mark);
  const query = mark < 0 ? undefined : origin.slice(mark + 1) || undefined;
  const target = { kind: "target" as const, query, authority: absolute?.[1] };
  if (PLAIN.test(path)) return { ...target, path };
  if (path.includes("\\")) return refused("ForbiddenByte");
  if (/%(?![0-9a-f]{2})/i.test(path)) return refused("BrokenEscape");
  const decoded = path.replace(/%../g, unlessReserved);
  if (FORBIDDEN_ESCAPE.test(decoded)) return refused("ForbiddenEscape");
  const resolved = withoutDots(decoded);
  return resolved === undefined ? refused("AboveRoot") : { ...target, path: resolved };
}

function unlessReserved(escaped: string): string {
  const letter = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[\w.~-]/.test(letter) ? letter : escaped.toUpperCase();
}

/** Undefined: it leads above the root. What ends in a dot segment is a folder, and ends in a slash. */
function withoutDots(path: string): string | undefined {
  const kept: string[] = [];
  const segments = path.split("/");
  for (const segment of segments) {
    if (segment === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (segment !== "" && segment !== ".") {
      kept.push(segment);
    }
  }
  const last = segments.at(-1);
  const isFolder = last === "" || last === "." || last === "..";
  return `/${kept.join("/")}${isFolder && kept.length > 0 ? "/" : ""}`;
}

const LABEL = "[a-z0-9_-]{1,63}";
const PORT = "(?::[0-9]{0,5})?";
const HOST = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)\\.?${PORT}$`);
const HOST_V6 = new RegExp(`^(\\[[0-9a-f:.]{2,45}\\])${PORT}$`);

/** What HAProxy takes as a host, without regard to case; see `haproxy/target-rules.ts`. */
export const HOST_PATTERN = `^(${LABEL}(\\.${LABEL})*\\.?|\\[[0-9a-f:.]{2,45}\\])(:[0-9]{0,5})?$`;

/**
 * The host of a request as routes have it: `Shop.Example.:8080` is `shop.example`, an IPv6 address keeps its brackets. Undefined where it is
 * none (400); user names, empty labels and bytes that no name has are not.
 */
export function normalHost(raw: string): string | undefined {
  const lower = raw.toLowerCase();
  return (HOST.exec(lower) ?? HOST_V6.exec(lower))?.[1];
}
