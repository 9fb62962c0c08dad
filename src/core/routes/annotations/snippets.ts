import { showValue } from "../shown-value.ts";
import type { Annotation } from "./annotation.ts";
import { printable } from "./grammars/words.ts";
import type { AnnotationReader } from "./reader.ts";
import { type Directive, directivesOf } from "./snippet-text.ts";

const snippet = (name: string, doc: string): Annotation => ({
  names: [name],
  grammar: { ...printable, shape: "none" },
  fallback: "none",
  doc,
});

export const snippetAnnotations: readonly Annotation[] = [
  snippet("configuration-snippet", "Refused: directives of nginx. The finding says which annotation says the same."),
  snippet("server-snippet", "Refused, likewise."),
  snippet("stream-snippet", "Refused: TCP and UDP ports are the controller's ConfigMaps for them."),
  snippet("auth-snippet", "Refused: the auth service gets the request's headers."),
  snippet("modsecurity-snippet", "Refused: there is no web application firewall here."),
];

/**
 * Snippets are never followed: they are code of another program, and reach beyond their Ingress (CVE-2021-25742). Each is told what to write
 * instead; one that kept somebody out closes the Ingress (unless `isCanary`: then the main Ingress' rules hold).
 */
export function tellSnippets(reader: AnnotationReader, isCanary: boolean): void {
  for (const annotation of snippetAnnotations) {
    const text = reader.text(annotation);
    if (text === undefined) continue;
    reader.skip(annotation);
    const directives = directivesOf(text.slice(0, mostRead));
    const advice = directives.slice(0, mostAdvised).map(adviceFor);
    const message = `snippets are refused. ${[...new Set(advice)].join(". ") || "Leave it out"}`;
    const guards = annotation.names[0] !== "auth-snippet" && (directives.some(isGuard) || text.length > mostRead);
    if (guards && !isCanary) reader.close(annotation, message);
    else reader.find(annotation, { weight: "refused", because: "SnippetRefused", message });
  }
}

/** Bytes of a snippet that are looked at, and directives that are answered: an event has 1024 bytes. */
const mostRead = 20_000;
const mostAdvised = 5;
const mostShown = 60;

const guards = new Set([
  "deny",
  "allow",
  "auth_basic",
  "auth_basic_user_file",
  "auth_request",
  "auth_jwt",
  "satisfy",
  "ssl_verify_client",
  "ssl_client_certificate",
  "valid_referers",
  "limit_except",
  "access_by_lua_block",
  "access_by_lua_file",
  "secure_link",
  "modsecurity",
]);

/** Whether it keeps somebody out. */
const isGuard = ({ name, words }: Directive): boolean =>
  guards.has(name) || (name === "return" && /^4\d\d$/.test(words[0] ?? ""));

/** The sentence that says what to write instead. */
function adviceFor(directive: Directive): string {
  const said = showValue([directive.name, ...directive.words].join(" ").slice(0, mostShown));
  return `For ${said} ${directive.isNested ? conditional : instructionFor(directive)}`;
}

const nothing = "nothing can be written yet";
const conditional = `${nothing}: what holds under a condition has no annotation`;

function instructionFor({ name, words }: Directive): string {
  const [first = "", second = "", third = ""] = words;
  switch (name) {
    case "more_set_headers":
    case "add_header":
      return headerInstruction(name, words);
    case "return":
      return returnInstruction(first, second);
    case "rewrite":
      return rewriteInstruction(first, second, third);
    case "deny":
      return `write denylist-source-range: ${showValue(first === "all" ? "0.0.0.0/0,::/0" : first)}`;
    case "allow":
      return first === "all"
        ? "write nothing: everybody may come in"
        : `write allowlist-source-range: ${showValue(first)}`;
    case "proxy_set_header":
      return requestHeaderInstruction(first, second);
    case "auth_basic":
    case "auth_basic_user_file":
      return 'write auth-type: "basic" and auth-secret';
    case "auth_request":
      return "write auth-url";
    case "client_max_body_size":
      return `write proxy-body-size: ${showValue(first)}`;
    case "proxy_connect_timeout":
    case "proxy_send_timeout":
    case "proxy_read_timeout":
      return `write ${name.replaceAll("_", "-")}: ${showValue(first.replace(/s$/, ""))}`;
    case "if":
    case "location":
    case "set":
    case "map":
      return `${nothing}: routes are chosen by host, path and canary annotations`;
    default:
      return nothing;
  }
}

function headerInstruction(name: string, words: readonly string[]): string {
  const [first = "", second = ""] = words;
  const [, header = "", text = ""] =
    name === "add_header"
      ? ["", first, second]
      : (/^([^:]+):\s*(.*)$/.exec(words.find((word) => word.includes(":")) ?? "") ?? []);
  return `write custom-headers with the name of a ConfigMap that has ${showValue(header)}: ${showValue(text)}`;
}

function requestHeaderInstruction(header: string, text: string): string {
  switch (header.toLowerCase()) {
    case "host":
      return `write upstream-vhost: ${showValue(text)}`;
    case "x-forwarded-prefix":
      return `write x-forwarded-prefix: ${showValue(text)}`;
    case "upgrade":
    case "connection":
      return "write nothing: connections are upgraded where the client asks for it";
    case "x-real-ip":
    case "x-forwarded-for":
    case "x-forwarded-proto":
    case "x-forwarded-host":
      return "write nothing: backends get it";
    default:
      return nothing;
  }
}

function returnInstruction(code: string, target: string): string {
  if (/^(301|308)$/.test(code))
    return `write permanent-redirect: ${showValue(target)}${code === "308" ? ' and permanent-redirect-code: "308"' : ""}`;
  if (/^(302|303|307)$/.test(code))
    return `write temporal-redirect: ${showValue(target)}${code === "302" ? "" : ` and temporal-redirect-code: "${code}"`}`;
  if (/^https?:/.test(code)) return `write temporal-redirect: ${showValue(code)}`;
  return code === "403" ? 'write denylist-source-range: "0.0.0.0/0,::/0"' : nothing;
}

function rewriteInstruction(pattern: string, target: string, flag: string): string {
  if (flag === "permanent") return redirectInstruction("permanent-redirect", pattern, target);
  if (flag === "redirect" || /^https?:/.test(target)) return redirectInstruction("temporal-redirect", pattern, target);
  return `write rewrite-target: ${showValue(target)} on an Ingress for path ${showValue(pattern)} of type ImplementationSpecific`;
}

/** Captures have no place in a redirect; where one is the whole path, $request_uri says the same. */
function redirectInstruction(name: string, pattern: string, target: string): string {
  const whole = /^\^(\/?)\(\.\*\)\$?$/.exec(pattern);
  const to = whole === null ? target : target.replace(/\/?\$1$/, "$$request_uri");
  if (/\$\d/.test(to)) return `${nothing}: a redirect has no captures`;
  return `write ${name}: ${showValue(to)}${whole === null ? ` on an Ingress for path ${showValue(pattern)}` : ""}`;
}
