/**
 * What can be wrong with the form of a document. Whoever descends puts its own step in front of the troubles of what it
 * descended into, so that a good document costs no path at all.
 */
export type Trouble = Unknown | Mismatch;

interface Unknown {
  readonly kind: "unknown";
  readonly steps: readonly Step[];
}
interface Mismatch {
  readonly kind: "mismatch";
  readonly steps: readonly Step[];
  /** The innermost Go struct that holds the value: "ServicePort". Unknown until an object was left on the way up. */
  readonly struct: string | undefined;
  /** What was found and what Go wanted (`string`, `int32`); or a sentence of a type that reads itself. */
  readonly what: { readonly found: string; readonly wanted: string } | { readonly sentence: string };
}
export type Step = { readonly field: string } | { readonly index: number } | { readonly key: string };

export const unknownField = (name: string): Trouble => ({ kind: "unknown", steps: [{ field: name }] });

/** Source: UnmarshalTypeError of encoding/json. */
export const wrongType = (value: unknown, wanted: string): Trouble => ({
  kind: "mismatch",
  steps: [],
  struct: undefined,
  what: { found: jsonTypeOf(value), wanted },
});
/** A number that the Go type can't hold is named with its digits. */
export const wrongNumber = (value: number, wanted: string): Trouble => ({
  kind: "mismatch",
  steps: [],
  struct: undefined,
  what: { found: `number ${value}`, wanted },
});
export const unreadable = (sentence: string): Trouble => ({
  kind: "mismatch",
  steps: [],
  struct: undefined,
  what: { sentence },
});

/** The same troubles, seen from one level above; `struct` where that level is an object. */
export function lift(troubles: Trouble[], from: number, { step, struct }: { step: Step; struct?: string }): void {
  for (let i = from; i < troubles.length; i++) {
    const one = troubles[i];
    if (one === undefined) continue;
    const steps = [step, ...one.steps];
    troubles[i] = one.kind === "unknown" ? { ...one, steps } : { ...one, steps, struct: one.struct ?? struct };
  }
}

export function messageOfTrouble(trouble: Trouble): string {
  if (trouble.kind === "unknown") return `unknown field ${JSON.stringify(pathOf(trouble.steps))}`;
  const { what, struct, steps } = trouble;
  if ("sentence" in what) return what.sentence;
  const fields = steps.flatMap((step) => ("field" in step ? [step.field] : []));
  const into = struct === undefined ? "Go value" : `Go struct field ${struct}.${fields.join(".")}`;
  return `json: cannot unmarshal ${what.found} into ${into} of type ${what.wanted}`;
}

const pathOf = (steps: readonly Step[]): string =>
  steps
    .map((step) => ("index" in step ? `[${step.index}]` : `.${"field" in step ? step.field : step.key}`))
    .join("")
    .replace(/^\./, "");

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "boolean" ? "bool" : typeof value;
}
