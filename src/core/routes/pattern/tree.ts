import type { ByteSet } from "./byte-set.ts";

/** A pattern as it was parsed. `at` counts characters from 0. */
export type PatternNode =
  | { readonly kind: "byte"; readonly set: ByteSet }
  | { readonly kind: "assertion"; readonly what: "start" | "end" | "border" }
  | { readonly kind: "group"; readonly captures: boolean; readonly inner: PatternNode; readonly at: number }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly branches: readonly PatternNode[] }
  | PatternRepeat;

export interface PatternRepeat {
  readonly kind: "repeat";
  readonly inner: PatternNode;
  readonly least: number;
  /** Infinity where there is no bound. */
  readonly most: number;
  readonly lazy: boolean;
  readonly at: number;
}

/** Why a pattern is not served, and at which character. */
export interface PatternTrouble {
  readonly at: number;
  /** A sentence without subject: `has a look-ahead, …`. */
  readonly message: string;
}
