import { isJsonObject } from "./json.ts";
import { plainValue } from "./yaml-scalar.ts";

/**
 * JSON values as YAML, in the form that Kubernetes gives it: keys in their order, lists as far left as their key, texts of several lines
 * as blocks. What YAML 1.1 would take for anything but the text that it is stands in quotes.
 * Source: sigs.k8s.io/yaml.
 */
export const yamlText = (value: unknown): string => (isNested(value) ? block(value, "") : `${scalar(value, "  ")}\n`);

/** The same as one item of a list that stands at the left margin. */
export const yamlItem = (value: unknown): string => item(value, "");

type Nested = Readonly<Record<string, unknown>> | readonly unknown[];

const isNested = (value: unknown): value is Nested =>
  Array.isArray(value) ? value.length > 0 : isJsonObject(value) && Object.keys(value).length > 0;

function block(value: Nested, indent: string): string {
  if (isList(value)) return value.map((one) => item(one, indent)).join("");
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${indent}${line(key)}:${afterKey(one, indent)}`)
    .join("");
}
const isList = (value: Nested): value is readonly unknown[] => Array.isArray(value);

function afterKey(value: unknown, indent: string): string {
  if (!isNested(value)) return ` ${scalar(value, `${indent}  `)}\n`;
  return `\n${block(value, isList(value) ? indent : `${indent}  `)}`;
}

function item(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  return `${indent}- ${isNested(value) ? block(value, inner).slice(inner.length) : `${scalar(value, inner)}\n`}`;
}

/** `indent` is that of the further lines of a block. */
function scalar(value: unknown, indent: string): string {
  if (typeof value !== "string") return JSON.stringify(value ?? null);
  return readsAsBlock(value) ? literal(value, indent) : line(value);
}

const readsAsBlock = (text: string): boolean => text.includes("\n") && !/^\s/.test(text) && !unprintable.test(text);

function literal(text: string, indent: string): string {
  const chomping = !text.endsWith("\n") ? "-" : text.endsWith("\n\n") ? "+" : "";
  const lines = text.replace(/\n$/, "").split("\n");
  return `|${chomping}\n${lines.map((one) => (one === "" ? "" : indent + one)).join("\n")}`;
}

const line = (text: string): string => (isPlain(text) ? text : quoted(text));

const isPlain = (text: string): boolean =>
  /^[\w/.(][^\n\t]*$/.test(text) &&
  !/: |:$| #| $|^\.\.\./.test(text) &&
  !unprintable.test(text) &&
  !other.test(text) &&
  plainValue(text) === text;

/** Times, numbers of base 60 (`1:20`), and what other readers than Go take for a number: `.`, `0_`, `1e3`. */
const other = /^\d{4}-\d{1,2}-\d{1,2}|^\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$|^[.\d_][._e]*$|_$|^[\d.]*e\d+$/;

/** What may not stand in YAML as it is, but for tab and line feed; NEL and its like would be line breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

/** JSON's own form, in which YAML reads the same. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
