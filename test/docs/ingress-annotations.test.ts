import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Annotation, prefix } from "#core/routes/annotations/annotation.ts";
import { foreignPrefixes } from "#core/routes/annotations/foreign.ts";
import { snippetAnnotations } from "#core/routes/annotations/snippets.ts";
import { served } from "#core/routes/annotations/table.ts";
import { unservedAnnotations } from "#core/routes/annotations/unserved.ts";

const file = join(import.meta.dirname, "../../docs/reference/ingress-annotations.md");

const cell = (text: string): string => text.replaceAll("|", "\\|");

function row({ names, grammar, fallback, guards, needs, doc }: Annotation): string {
  const [name, ...older] = names;
  const also = older.length === 0 ? "" : ` (older: ${older.map((one) => `\`${one}\``).join(", ")})`;
  const more = [guards && "Guards.", needs && `Needs ${needs}.`].filter(Boolean).join(" ");
  const does = [doc, more].filter((text) => text !== "").join(" ");
  return `| \`${name}\`${also} | ${cell(grammar.shape)} | ${fallback} | ${cell(does)} |\n`;
}

const group = ({ about, annotations }: (typeof served)[number]): string => `## ${about}

| annotation | value | default | what it does |
|---|---|---|---|
${annotations.map(row).join("")}
`;

/** The page as the declarations make it. */
const page = (): string => `# Annotations of Ingresses

They begin with \`${prefix}\` and are ingress-nginx' own: an Ingress that was written for it is served as it is. A value that can't be read
sets nothing, and an event on the Ingress says which annotation it is and what to write; all else goes on. An annotation that **guards** keeps
somebody out: where it can't be read, the routes of its Ingress answer 503 until it can. No value may have a line break or another control
character in it.

${served.map(group).join("")}## Refused: snippets

They are code of another program that reaches beyond its Ingress (CVE-2021-25742). The event says what to write instead, directive by directive.
One that keeps somebody out (\`deny\`, \`return 403\`, \`auth_basic\` and the like) guards.

| annotation | what is done |
|---|---|
${snippetAnnotations.map(({ names, doc }) => `| \`${names[0]}\` | ${doc} |\n`).join("")}
## Known, and not served yet

An event names them, except where the value asks for what is done anyway.

| annotation | what is done instead | asks for nothing else with |
|---|---|---|
${unservedAnnotations
  .map(({ name, instead, satisfied, guards }) => {
    const values = satisfied.includes("*") ? "any value" : satisfied.map((one) => `\`${one}\``).join(", ");
    return `| \`${name}\` | ${guards ? `${instead}: nobody comes in (503)` : instead} | ${values} |\n`;
  })
  .join("")}
## Of other controllers

Annotations that begin as these have no effect, and an event says so:
${[...foreignPrefixes.keys()].map((one) => `\`${one}\``).join(", ")}.

An annotation that begins with \`${prefix}\` and stands nowhere here is refused, and the event says which one may be meant.
`;

// Renew the page with PORTOLAN_RENEW=1.
test("the reference of annotations is what is read", () => {
  if (process.env.PORTOLAN_RENEW === "1") writeFileSync(file, page());
  assert.equal(readFileSync(file, "utf8"), page());
});
