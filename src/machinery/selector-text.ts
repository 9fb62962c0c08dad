import { labelKeyTrouble, labelValueTrouble } from "./rules/names.ts";
import type {
  FieldRequirement,
  FieldSelector,
  LabelOperator,
  LabelRequirement,
  LabelSelector,
  Parsed,
} from "./selectors.ts";

// selector    = requirement { "," requirement }
// requirement = [ "!" ] key | key ( "=" | "==" | "!=" | ">" | "<" ) value | key ( "in" | "notin" ) "(" value { "," value } ")"
// Source: labels.Parse in k8s.io/apimachinery.

/** What `?labelSelector=` may be at most. */
const longestSelector = 16_384;

/** Reads `a=b,c in (d,e),!f`. The empty text chooses everything. */
export function parseLabelSelector(text: string): Parsed<LabelSelector> {
  if (text.length > longestSelector)
    return refused(`unable to parse requirement: selector is longer than ${longestSelector} characters`);
  const tokens = text.match(/[(),]|==|!=|=|!|>|<|[^\s(),=!<>]+/g) ?? [];
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const next = (): string => tokens[at++] ?? "";
  if (tokens.length === 0) return { kind: "parsed", selector: { requirements } };
  for (;;) {
    const first = tokens[at] ?? "";
    if (first !== "!" && !isWord(first))
      return refused(
        at === 0
          ? `found '${first}', expected: !, identifier, or 'end of string'`
          : `found '${first}', expected: identifier after ','`,
      );
    const requirement = parseRequirement(next, () => tokens[at] ?? "");
    if (typeof requirement === "string") return refused(requirement);
    const trouble = requirementTrouble(requirement);
    if (trouble !== undefined) return refused(trouble);
    requirements.push(requirement);
    const end = next();
    if (end === "") return { kind: "parsed", selector: { requirements } };
    if (end !== ",") return refused(`found '${end}', expected: ',' or 'end of string'`);
  }
}

const refused = (message: string): { readonly kind: "refused"; readonly message: string } => ({
  kind: "refused",
  message,
});
const isWord = (token: string): boolean => token !== "" && !/^([(),=!<>]|==|!=)$/.test(token);
const signs = new Map<string, LabelOperator>([
  ["=", "="],
  ["==", "=="],
  ["!=", "!="],
  [">", "gt"],
  ["<", "lt"],
]);

/** One requirement, or the sentence that refuses it. */
function parseRequirement(next: () => string, peek: () => string): LabelRequirement | string {
  const first = next();
  const key = first === "!" ? next() : first;
  if (!isWord(key)) return `unable to parse requirement: found '${key}', expected: identifier`;
  if (first === "!") return { key, operator: "!", values: [] };
  const sign = peek();
  if (sign === "" || sign === ",") return { key, operator: "exists", values: [] };
  next();
  const operator = signs.get(sign);
  if (operator !== undefined) {
    if (peek() === "" || peek() === ",") return { key, operator, values: [""] };
    const value = next();
    return isWord(value)
      ? { key, operator, values: [value] }
      : `unable to parse requirement: found '${value}', expected: identifier`;
  }
  if (sign !== "in" && sign !== "notin")
    return `unable to parse requirement: found '${sign}', expected: in, notin, =, ==, !=, gt, lt`;
  const values = parseValues(next, peek);
  return typeof values === "string" ? values : { key, operator: sign, values };
}

function parseValues(next: () => string, peek: () => string): readonly string[] | string {
  const open = next();
  if (open !== "(") return `unable to parse requirement: found '${open}' expected: '('`;
  const values: string[] = [];
  for (;;) {
    values.push(isWord(peek()) ? next() : "");
    const end = next();
    if (end === ")") return [...new Set(values)];
    if (end !== ",") return `unable to parse requirement: found '${end}', expected: ',' or ')'`;
  }
}

function requirementTrouble({ key, operator, values }: LabelRequirement): string | undefined {
  const badKey = labelKeyTrouble(key)[0];
  if (badKey !== undefined)
    return `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${badKey}`;
  if ((operator === "gt" || operator === "lt") && !/^-?\d+$/.test(values[0] ?? ""))
    return `unable to parse requirement: values[0][${key}]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`;
  for (const [i, value] of values.entries()) {
    const bad = labelValueTrouble(value)[0];
    if (bad !== undefined)
      return `unable to parse requirement: values[${i}][${key}]: Invalid value: ${JSON.stringify(value)}: ${bad}`;
  }
  return undefined;
}

/** Reads `spec.nodeName=node-1,status.phase!=Failed`; a backslash keeps `,`, `=` and itself from meaning anything. */
export function parseFieldSelector(text: string): Parsed<FieldSelector> {
  if (text.length > longestSelector) return refused(`invalid selector: longer than ${longestSelector} characters`);
  const requirements: FieldRequirement[] = [];
  for (const term of text.match(/(?:\\.|[^,\\])+/gs) ?? []) {
    const match = /^([^=!]*)(==|!=|=)(.*)$/s.exec(term);
    if (match === null) return refused(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = "", operator, raw = ""] = match;
    if (/(^|[^\\])(\\\\)*=/.test(raw)) return refused(`invalid field selector: unescaped '=' in '${term}'`);
    requirements.push({ field, operator: operator === "!=" ? "!=" : "=", value: raw.replace(/\\(.)/gs, "$1") });
  }
  return { kind: "parsed", selector: { requirements } };
}
