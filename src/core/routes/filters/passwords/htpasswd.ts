/** What a line's hash is, with what it takes to make it again of a password. */
export type PasswordHash =
  | { readonly kind: "sha1"; readonly digest: string }
  | { readonly kind: "md5"; readonly magic: "$1$" | "$apr1$"; readonly salt: string; readonly digest: string }
  | { readonly kind: "sha256" | "sha512"; readonly salt: string; readonly rounds: number; readonly digest: string }
  | { readonly kind: "bcrypt"; readonly cost: number; readonly salt: string; readonly digest: string };

/** More would keep whoever checks passwords from everything else for seconds. */
const mostRounds = 100_000;
const mostCost = 14;

/** Reads a hash as htpasswd and crypt(3) write it; text: why not. */
export function parseHash(text: string): PasswordHash | string {
  const [, sha1] = /^\{SHA\}([A-Za-z0-9+/]{27}=)$/.exec(text) ?? [];
  if (sha1 !== undefined) return { kind: "sha1", digest: sha1 };
  const [, magic, salt = "", digest = ""] = /^(\$1\$|\$apr1\$)([^$:]{0,8})\$([./0-9A-Za-z]{22})$/.exec(text) ?? [];
  if (magic === "$1$" || magic === "$apr1$") return { kind: "md5", magic, salt, digest };
  return parseSha(text) ?? parseBcrypt(text) ?? unknown(text);
}

function parseSha(text: string): PasswordHash | string | undefined {
  const [, kind, , given, salt = "", digest = ""] =
    /^\$([56])\$(rounds=(\d{1,9})\$)?([^$:]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/.exec(text) ?? [];
  if (kind === undefined || digest.length !== (kind === "5" ? 43 : 86)) return undefined;
  // Drepper's text: what is out of range is taken as the nearest in it.
  const rounds = Math.max(1000, Number(given ?? 5000));
  if (rounds > mostRounds) return `its hash takes ${rounds} rounds: at most ${mostRounds} are worked on`;
  return { kind: kind === "5" ? "sha256" : "sha512", salt, rounds, digest };
}

function parseBcrypt(text: string): PasswordHash | string | undefined {
  const [, written = "", salt = "", digest = ""] =
    /^\$2[aby]\$(\d\d)\$([./0-9A-Za-z]{22})([./0-9A-Za-z]{31})$/.exec(text) ?? [];
  const cost = Number(written);
  if (digest === "" || cost < 4) return undefined;
  return cost > mostCost
    ? `its bcrypt hash has cost ${cost}: at most ${mostCost} is worked on`
    : { kind: "bcrypt", cost, salt, digest };
}

function unknown(text: string): string {
  const known = "{SHA}, $apr1$, $1$, $2y$, $5$ and $6$";
  const [, id] = /^(\$[a-z0-9-]{1,8}\$)/i.exec(text) ?? [];
  if (id !== undefined) return `its hash is broken, or of a kind (${id}) that is not known: use ${known}`;
  return `it has no hash that is known: use ${known}; DES and plain text are refused`;
}

/** Who may come in, and what was passed over. */
export interface Htpasswd {
  readonly users: ReadonlyMap<string, string>;
  /** `line` from 1. No password and no hash is in it. */
  readonly problems: readonly { readonly line: number; readonly because: string }[];
}

/**
 * Reads a file of htpasswd: `name:hash` a line, `#` before comments; what stands behind a second colon is nobody's. Of two lines of one
 * name the first counts, as nginx has it.
 */
export function parseHtpasswd(text: string): Htpasswd {
  const users = new Map<string, string>();
  const problems: { line: number; because: string }[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [name = "", hash] = line.split(":");
    const because = problemOf(name, hash, users);
    if (because !== undefined) problems.push({ line: index + 1, because });
    else users.set(name, hash ?? "");
  }
  return { users, problems };
}

/** What keeps a name and its hash from being a user's, such as a key and value of a Secret with one key a user (auth-map). */
function problemOf(name: string, hash: string | undefined, before: ReadonlyMap<string, string>): string | undefined {
  if (name === "" || hash === undefined) return "a line is name:hash";
  if (/[\p{Cc}:]/u.test(name)) return "its name has control bytes or a colon";
  if (before.has(name)) return "its name was there before";
  const read = parseHash(hash);
  return typeof read === "string" ? read : undefined;
}
