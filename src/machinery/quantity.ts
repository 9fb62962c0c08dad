import type { IntOrString } from "./schema.ts";

/**
 * An amount of a resource: `500m`, `64Mi`, `1e3`. Exact: `nanos` counts billionths, which is as fine as the API goes.
 * Source: resource.Quantity of k8s.io/apimachinery.
 */
export interface Quantity {
  readonly nanos: bigint;
  /** How it prints: in powers of 1024, of 1000, or with an exponent. */
  readonly format: "BinarySI" | "DecimalSI" | "DecimalExponent";
}

const binary = new Map(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, i) => [suffix, 1024n ** BigInt(i + 1)]));
const decimal = new Map<string, number>([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
// <quantity> ::= <sign>? <digits with one point> (<binary SI> | <decimal SI> | [eE] <sign>? <digits>)
const grammar = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,3}))$/;
/** Longer texts name no amount of anything, and would take their time to reckon with. */
const longestText = 1000;
const beyond = 10n ** 9n * (2n ** 63n - 1n);

/** Reads a quantity; undefined for anything else. Finer parts than a billionth are rounded up, as Kubernetes does. */
export function parseQuantity(value: IntOrString): Quantity | undefined {
  const text = String(value);
  const match = text.length > longestText ? null : grammar.exec(text);
  if (match === null) return undefined;
  const [, sign, digits = "", binarySuffix, decimalSuffix = "", exponent] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = BigInt(`${whole}${fraction}` || "0");
  const power = 9 - fraction.length + (exponent === undefined ? (decimal.get(decimalSuffix) ?? 0) : Number(exponent));
  const scaled = mantissa * (binary.get(binarySuffix ?? "") ?? 1n);
  const size = power >= 0 ? scaled * 10n ** BigInt(power) : ceilDivide(scaled, 10n ** BigInt(-power));
  const bounded = size > beyond ? beyond : size;
  const format = binarySuffix !== undefined ? "BinarySI" : exponent !== undefined ? "DecimalExponent" : "DecimalSI";
  return { nanos: sign === "-" ? -bounded : bounded, format };
}

/** Of values that were admitted before. Throws RangeError where they weren't. */
export function mustQuantity(value: IntOrString): Quantity {
  const quantity = parseQuantity(value);
  if (quantity === undefined) throw new RangeError(`not a quantity: ${JSON.stringify(value)}`);
  return quantity;
}

/** What Kubernetes says of a text that is none, or nothing. */
export const checkQuantity = (text: string): string | undefined =>
  parseQuantity(text) === undefined
    ? "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    : undefined;

/**
 * The text that is kept of an amount: `500m` for `0.5`, `1Gi` for `1024Mi`. What needs no other suffix stays as it was written, so that
 * `1.500` does. Source: ParseQuantity and MarshalJSON of k8s.io/apimachinery.
 */
export function keptQuantity(text: string): string {
  const quantity = mustQuantity(text);
  return isKept(text) ? text : showQuantity(quantity);
}

/** As many decimal digits as an int64 surely has room for. */
const surelyInt64 = 18;

function isKept(text: string): boolean {
  const [, , digits = "", binarySuffix, suffix = "", exponent] = grammar.exec(text) ?? [];
  const [whole = "", fraction = ""] = digits.split(".");
  const written = whole.replace(/^0+(?=\d)/, "") + fraction;
  if (binarySuffix !== undefined || written.length > surelyInt64) return false;
  const power = (exponent === undefined ? (decimal.get(suffix) ?? 0) : Number(exponent)) - fraction.length;
  return power % 3 === 0 && power >= -9 && !written.endsWith("000") && !written.startsWith("0");
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

export const addQuantities = (a: Quantity, b: Quantity): Quantity => ({ nanos: a.nanos + b.nanos, format: a.format });
/** Below, at or above zero, as `sort` wants it. */
export const compareQuantities = (a: Quantity, b: Quantity): number =>
  a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;

export const zeroQuantity: Quantity = { nanos: 0n, format: "DecimalSI" };

/** Whole units, rounded up: bytes of memory, counts. */
export const wholeUnits = ({ nanos }: Quantity): bigint =>
  nanos <= 0n ? nanos / 10n ** 9n : ceilDivide(nanos, 10n ** 9n);
/** Thousandths, rounded up: the scheduler's measure of CPU. */
export const milliUnits = ({ nanos }: Quantity): bigint =>
  nanos <= 0n ? nanos / 10n ** 6n : ceilDivide(nanos, 10n ** 6n);

/** The canonical form: no fraction, the largest suffix that leaves none. */
export function showQuantity({ nanos, format }: Quantity): string {
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (size === 0n) return "0";
  if (format === "BinarySI" && size % 10n ** 9n === 0n && size >= 1024n * 10n ** 9n)
    return `${sign}${showBinary(size / 10n ** 9n)}`;
  let [digits, power] = [size, -9];
  while (digits % 1000n === 0n && power < 18) [digits, power] = [digits / 1000n, power + 3];
  const suffix = [...decimal].find(([, p]) => p === power)?.[0] ?? "";
  if (format === "DecimalExponent") return `${sign}${digits}${power === 0 ? "" : `e${power}`}`;
  return `${sign}${digits}${suffix}`;
}

function showBinary(units: bigint): string {
  const [suffix, factor] = [...binary].findLast(([, one]) => units % one === 0n) ?? ["", 1n];
  return `${units / factor}${suffix}`;
}
