import type { Secret } from "#api/core/secret.ts";
import { parseHtpasswd } from "../filters/passwords/htpasswd.ts";
import type { BasicAuth } from "../route-filters.ts";
import { showValue } from "../shown-value.ts";
import type { Annotation, Grammar } from "./annotation.ts";
import { value, wrong } from "./annotation.ts";
import { type ObjectName, objectName } from "./grammars/names.ts";
import { oneOf, printable } from "./grammars/words.ts";
import type { AnnotationLookups } from "./lookups.ts";
import type { AnnotationReader } from "./reader.ts";

const typeGrammar: Grammar<"basic"> = {
  shape: '"basic"',
  read: (text) => {
    if (text.toLowerCase() === "basic") return value("basic");
    if (text.toLowerCase() === "digest")
      return wrong("is not served: digest authentication needs MD5 of plain passwords; write basic, with TLS");
    return wrong('is no type of authentication; write "basic"');
  },
};

const type: Annotation<"basic"> = {
  names: ["auth-type"],
  grammar: typeGrammar,
  fallback: "none",
  guards: true,
  doc: "Clients need a name and a password (RFC 7617). digest is refused, and nobody comes in.",
};
const secret: Annotation<ObjectName> = {
  names: ["auth-secret"],
  grammar: objectName("Secret"),
  fallback: "none",
  guards: true,
  doc: "The Secret with names and hashes ({SHA}, $apr1$, $1$, $2y$, $5$, $6$). Where it is missing, empty or in another namespace, nobody comes in (503). Without auth-type it means basic.",
};
const secretType: Annotation<"auth-file" | "auth-map"> = {
  names: ["auth-secret-type"],
  grammar: oneOf("auth-file", "auth-map"),
  fallback: "auth-file",
  guards: true,
  needs: "auth-secret",
  doc: "auth-file: the Secret's entry `auth` is a file of htpasswd. auth-map: its keys are names, its values hashes.",
};
const realm: Annotation<string> = {
  names: ["auth-realm"],
  grammar: printable,
  fallback: "Authentication Required",
  needs: "auth-secret",
  doc: "What a browser shows when it asks for the password.",
};

export const basicAuthAnnotations = [type, secret, secretType, realm];

const realmFallback = "Authentication Required";

export function readBasicAuth(reader: AnnotationReader, lookups: AnnotationLookups): BasicAuth | undefined {
  const asked = reader.read(type);
  const isNamed = reader.has(secret);
  if (asked === undefined && !isNamed) return undefined;
  if (asked !== undefined && !isNamed)
    reader.close(type, 'asks for passwords, and no auth-secret says which; write auth-secret: "NAME"');
  if (!reader.has(type))
    reader.find(secret, {
      weight: "noted",
      because: "AnnotationServedOtherwise",
      message: 'passwords are asked for, as with auth-type: "basic", which is missing',
    });
  const name = reader.read(secret);
  const form = reader.read(secretType) ?? "auth-file";
  const users =
    name === undefined || reader.isRefused(secretType) ? undefined : usersOf(reader, lookups, { name, form });
  return { realm: reader.read(realm) ?? realmFallback, users };
}

interface Named {
  readonly name: ObjectName;
  readonly form: "auth-file" | "auth-map";
}

function usersOf(reader: AnnotationReader, lookups: AnnotationLookups, { name, form }: Named): BasicAuth["users"] {
  if ((name.namespace ?? reader.namespace) !== reader.namespace) {
    reader.close(secret, `a Secret of namespace ${name.namespace} is not read for an Ingress of ${reader.namespace}`);
    return undefined;
  }
  const full = `${reader.namespace}/${name.name}`;
  reader.looksAt({ kind: "Secret", name: full });
  const found = lookups.secret(full);
  if (found === undefined) {
    reader.close(secret, `there is no Secret ${full}`);
    return undefined;
  }
  const { users, problems } = form === "auth-file" ? fromFile(found) : fromMap(found);
  if (users.size === 0) {
    const why = problems[0] ?? "it is empty";
    reader.close(secret, `Secret ${full} has nobody who could come in: ${why}`);
    return undefined;
  }
  for (const problem of problems)
    reader.find(secret, { weight: "refused", because: "AnnotationInvalid", message: `Secret ${full}: ${problem}` });
  return users;
}

interface Users {
  readonly users: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

function fromFile({ data = {} }: Secret): Users {
  const entry = Object.hasOwn(data, "auth") ? data.auth : undefined;
  if (entry === undefined) return { users: new Map(), problems: ['it has no entry "auth"'] };
  const { users, problems } = parseHtpasswd(textOf(entry));
  return { users, problems: problems.map(({ line, because }) => `line ${line}: ${because}`) };
}

function fromMap({ data = {} }: Secret): Users {
  const users = new Map<string, string>();
  const problems: string[] = [];
  for (const [name, entry] of Object.entries(data)) {
    const hash = textOf(entry).trim();
    const isOneLine = !/[\r\n:]/.test(hash);
    const read = parseHtpasswd(isOneLine ? `${name}:${hash}` : "");
    const [problem] = read.problems;
    if (problem !== undefined || read.users.size === 0)
      problems.push(`entry ${showValue(name)}: ${problem?.because ?? "it is not one hash"}`);
    for (const [user, one] of read.users) users.set(user, one);
  }
  return { users, problems };
}

const textOf = (base64: string): string => {
  const bare = base64.replace(/[\r\n]/g, "");
  const isBase64 = bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
  return isBase64 ? new TextDecoder().decode(Uint8Array.fromBase64(bare)) : "";
};
