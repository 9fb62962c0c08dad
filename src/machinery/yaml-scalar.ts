/**
 * What a plain scalar means where nothing says its type: YAML 1.1 as Kubernetes reads it, where `yes` is true and `0644` is octal.
 * Source: resolve in sigs.k8s.io/yaml/goyaml.v2, with strconv.ParseInt of base 0.
 */
export type Plain = null | boolean | number | string;

const cased = (word: string): readonly string[] => [
  word,
  `${word[0]?.toUpperCase()}${word.slice(1)}`,
  word.toUpperCase(),
];
const all = (value: Plain, ...texts: readonly string[]): readonly (readonly [string, Plain])[] =>
  texts.map((text) => [text, value]);
const words: ReadonlyMap<string, Plain> = new Map([
  ...all(null, "", "~", ...cased("null")),
  ...all(true, "y", "Y", ...["yes", "true", "on"].flatMap(cased)),
  ...all(false, "n", "N", ...["no", "false", "off"].flatMap(cased)),
  ...all(Number.NaN, ".nan", ".NaN", ".NAN"),
  ...["inf", "Inf", "INF"].flatMap((inf) => [
    ...all(Number.POSITIVE_INFINITY, `.${inf}`, `+.${inf}`),
    ...all(Number.NEGATIVE_INFINITY, `-.${inf}`),
  ]),
]);

const decimal = /^[-+]?(?:0|[1-9]\d*)$/;
const based = /^([-+]?)0([xob]?)([\da-f]+)$/i;
const float = /^[-+]?\d*\.?\d+(?:e[-+]\d+)?$/i;
/** What begins with a dot is left to Go's own reading of floats. */
const dotted = /^\.\d+(?:e[-+]?\d+)?$/i;
const digits: Readonly<Record<string, RegExp>> = { x: /^[\da-f]+$/i, o: /^[0-7]+$/, "": /^[0-7]+$/, b: /^[01]+$/ };
const bases: Readonly<Record<string, number>> = { x: 16, o: 8, "": 8, b: 2 };

export function plainValue(text: string): Plain {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return text;
  const number = numberOf(text.replaceAll("_", "")) ?? (dotted.test(text) ? Number(text) : undefined);
  // What is beyond every float stays a text.
  return number === undefined || !Number.isFinite(number) ? text : number;
}

function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const [, sign, letter = "", rest = ""] = based.exec(text) ?? [];
  const base = letter.toLowerCase();
  if (sign !== undefined && digits[base]?.test(rest)) {
    const size = Number.parseInt(rest, bases[base]);
    return sign === "-" ? -size : size;
  }
  return float.test(text) ? Number(text) : undefined;
}
