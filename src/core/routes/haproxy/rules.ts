import type { Cidr } from "#net/cidr.ts";
import type { Directive } from "./config.ts";

/** An answer by HAProxy itself; `format`: with what the request says in it. */
export function returns(
  status: number,
  body: { readonly text: string } | { readonly format: string } | undefined,
  when: readonly string[],
): Directive {
  const content = body === undefined ? [] : "text" in body ? ["string", body.text] : ["lf-string", body.format];
  const type = body === undefined ? [] : ["content-type", "text/plain"];
  return ["http-request", "return", "status", `${status}`, ...type, ...content, ...when];
}

export const redirects = (status: number, format: string, ...when: readonly string[]): Directive => [
  ...["http-request", "redirect", "location", format, "code", `${status}`],
  ...when,
];

export const TOO_LONG = "413: the body is longer than the route takes";

/** Ends a rule whose condition is that a variable says this. */
export const ifSays = (variable: string, value: string): readonly string[] => [
  ...["if", "{", `var(${variable})`, "-m", "str", value, "}"],
];

/** An ACL of that name, true for clients in one of the blocks. */
export const sourceList = (name: string, blocks: readonly Cidr[]): readonly Directive[] =>
  Array.from({ length: Math.ceil(blocks.length / A_LINE) }, (_, line) => [
    ...["acl", name, "src"],
    ...blocks.slice(line * A_LINE, (line + 1) * A_LINE).map(({ text }) => text),
  ]);

/** A line has at most 64 words. */
const A_LINE = 48;

/** The same by TLS. The host is what routes were looked up by. */
export const httpsLocation = (port: number): string =>
  `https://%[var(txn.host)]${port === 443 ? "" : `:${port}`}%[pathq]`;
