import { addQuantities, compareQuantities, mustQuantity, type Quantity, showQuantity } from "#machinery/quantity.ts";

/** How much of what, by the name of the resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

export const none: Amounts = new Map();
export const one: Quantity = { nanos: 10n ** 9n, format: "DecimalSI" };

/** Of amounts as an admitted object has them. */
export const amountsOf = (given: Readonly<Record<string, string>> = {}): Amounts =>
  new Map(Object.entries(given).map(([name, text]) => [name, mustQuantity(text)]));

export const shownAmounts = (amounts: Amounts): Readonly<Record<string, string>> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, showQuantity(amount)]));

/** An amount prints as the first of those that it was added up from. */
export const plus = (a: Amounts, b: Amounts): Amounts => merged(a, b, addQuantities);
export const larger = (a: Amounts, b: Amounts): Amounts =>
  merged(a, b, (x, y) => (compareQuantities(x, y) < 0 ? y : x));
export const minus = (a: Amounts, b: Amounts): Amounts =>
  plus(a, new Map([...b].map(([name, q]) => [name, negated(q)])));
export const sum = (all: readonly Amounts[]): Amounts => all.reduce(plus, none);

const negated = ({ nanos, format }: Quantity): Quantity => ({ nanos: -nanos, format });

function merged(a: Amounts, b: Amounts, merge: (x: Quantity, y: Quantity) => Quantity): Amounts {
  const all = new Map(a);
  for (const [name, amount] of b) {
    const before = all.get(name);
    all.set(
      name,
      before === undefined
        ? amount
        : merge(before.nanos === 0n ? { ...before, format: amount.format } : before, amount),
    );
  }
  return all;
}
