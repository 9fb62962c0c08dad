import { isJsonObject, ownValue } from "../json.ts";
/** A place where two values differ; undefined where one has nothing there. */
export interface Difference {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Where `next` differs from `old`, down to the smallest parts; lists of different length differ as a whole. */
export function differences(next: unknown, old: unknown, path: string): readonly Difference[] {
  if (Array.isArray(next) && Array.isArray(old) && next.length === old.length)
    return next.flatMap((one, i) => differences(one, old[i], `${path}[${i}]`));
  if (isJsonObject(next) && isJsonObject(old)) {
    const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
    return [...keys].flatMap((key) => differences(ownValue(next, key), ownValue(old, key), `${path}.${key}`));
  }
  return JSON.stringify(next) === JSON.stringify(old) ? [] : [{ path, from: old, to: next }];
}

/** A line for each place, as in `  spec.a: 1 -> 2`. Where Kubernetes prints Go's dump of both values, this names the fields that differ. */
export const showDifferences = (all: readonly Difference[]): string =>
  all.map(({ path, from, to }) => `  ${path}: ${show(from)} -> ${show(to)}\n`).join("");
const show = (value: unknown): string => JSON.stringify(value) ?? "<none>";

export const isSame = (a: unknown, b: unknown): boolean => differences(a, b, "").length === 0;
