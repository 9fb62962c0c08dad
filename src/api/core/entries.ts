import { type FieldProblem, forbiddenField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";

/** What ConfigMaps and Secrets have in common. */

/** All entries of one object together, in bytes. Source: MaxSecretSize. */
export const largestEntries = 1024 * 1024;

const utf8 = new TextEncoder();
export const sizeOfText = (entries: Readonly<Record<string, string>>): number =>
  Object.values(entries).reduce((sum, text) => sum + utf8.encode(text).length, 0);

/** In bytes, as they are when decoded. */
export const sizeOfBase64 = (entries: Readonly<Record<string, string>>): number =>
  Object.values(entries).reduce((sum, text) => sum + Math.floor((text.replace(/=+$/, "").length * 3) / 4), 0);

interface Frozen {
  readonly immutable?: boolean;
}
const detail = "field is immutable when `immutable` is set";

/** Once it is immutable, it stays so, and so do its entries. */
export function* frozenProblems<F extends Frozen>(
  next: F,
  old: F,
  fields: readonly (keyof F & string)[],
): Iterable<FieldProblem> {
  if (!old.immutable) return;
  if (!next.immutable) yield forbiddenField("immutable", detail);
  for (const field of fields) if (!isSame(next[field], old[field])) yield forbiddenField(field, detail);
}
