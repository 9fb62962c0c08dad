/**
 * Whether what clients were answered about one object could have come from one object that is read and written by one after another.
 * Source: Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with Lowe's memory of states that led nowhere.
 */

/** What one client asked and was told. A value is what the write that made it was called; `undefined` is: no object. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  /** When it was sent, and when its answer came; an operation without an answer may happen at any time after, or never. */
  readonly sent: number;
  readonly answered: number | undefined;
}
export type OperationKind =
  | { readonly verb: "get"; readonly found: string | undefined }
  | { readonly verb: "create"; readonly value: string; readonly outcome: "done" | "exists" | "unknown" }
  /** Done only where `expected` stands there. */
  | {
      readonly verb: "update";
      readonly value: string;
      readonly expected: string;
      readonly outcome: "done" | "conflict" | "missing" | "unknown";
    }
  | { readonly verb: "delete"; readonly outcome: "done" | "missing" | "unknown" };

type State = string | undefined;

/** What stands there after the operation; `refused` where it could not have had that answer then. */
type Step = { readonly state: State } | "refused";

function step(state: State, operation: OperationKind): Step {
  switch (operation.verb) {
    case "get":
      return operation.found === state ? { state } : "refused";
    case "create":
      if (operation.outcome === "unknown") return { state: state ?? operation.value };
      if (operation.outcome === "exists") return state === undefined ? "refused" : { state };
      return state === undefined ? { state: operation.value } : "refused";
    case "update":
      return stepOfUpdate(state, operation);
    case "delete":
      if (operation.outcome === "unknown") return { state: undefined };
      return (operation.outcome === "done") === (state !== undefined) ? { state: undefined } : "refused";
  }
}

function stepOfUpdate(state: State, { value, expected, outcome }: OperationKind & { readonly verb: "update" }): Step {
  switch (outcome) {
    case "done":
      return state === expected ? { state: value } : "refused";
    case "conflict":
      return state !== undefined && state !== expected ? { state } : "refused";
    case "missing":
      return state === undefined ? { state } : "refused";
    case "unknown":
      return { state: state === expected ? value : state };
  }
}

/** Operations of one object, which begins as absent. Those that can't be put in order are named; undefined: they can. */
export function disorder(operations: readonly Operation[]): string | undefined {
  const ordered = operations.toSorted((a, b) => a.sent - b.sent);
  const search = new Search(ordered);
  return search.succeeds(0n, undefined) ? undefined : `no order explains: ${ordered.map(show).join("; ")}`;
}

class Search {
  readonly #operations: readonly Operation[];
  /** Everything that has an answer must have happened. */
  readonly #needed: bigint;
  readonly #tried = new Set<string>();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    this.#needed = operations.reduce(
      (bits, { answered }, i) => (answered === undefined ? bits : bits | (1n << BigInt(i))),
      0n,
    );
  }

  /** `happened`: a bit for each operation that is in the order already. */
  succeeds(happened: bigint, state: State): boolean {
    if ((happened & this.#needed) === this.#needed) return true;
    const memory = `${happened.toString(36)} ${state}`;
    if (this.#tried.has(memory)) return false;
    this.#tried.add(memory);
    for (const i of this.#next(happened)) {
      const operation = this.#operations[i];
      if (operation === undefined) continue;
      const after = step(state, operation.kind);
      if (after !== "refused" && this.succeeds(happened | (1n << BigInt(i)), after.state)) return true;
    }
    return false;
  }

  /** Those that may come next: none that was sent after another had been answered that hasn't happened yet. */
  *#next(happened: bigint): Iterable<number> {
    const open = this.#operations.flatMap((_, i) => ((happened >> BigInt(i)) & 1n ? [] : [i]));
    const answeredFirst = Math.min(...open.map((i) => this.#operations[i]?.answered ?? Number.POSITIVE_INFINITY));
    for (const i of open) if ((this.#operations[i]?.sent ?? 0) <= answeredFirst) yield i;
  }
}

const show = ({ id, kind, sent, answered }: Operation): string =>
  `${id} [${sent}-${answered ?? ""}] ${kind.verb} ${kind.verb === "get" ? (kind.found ?? "nothing") : kind.outcome}${
    kind.verb === "update" ? ` of ${kind.expected}` : ""
  }`;
