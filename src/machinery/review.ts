import type { Deprecation, Kind, Rule } from "./kind.ts";
import type { AnyType, Stored } from "./schema.ts";

/**
 * A kind that is asked and answered, and never kept: what is sent is a question, and comes back with its answer. It has one verb, `create`,
 * and no name that anybody could ask for again.
 */
export interface Review<T extends AnyType = AnyType, O = Stored<T>>
  extends Pick<Kind<T>, "group" | "version" | "kind" | "plural" | "singular" | "scope" | "type"> {
  /** What is wrong with a question; in the order in which Kubernetes looks. */
  readonly rules: readonly Rule<O>[];
  /** Absent: no other version is to be preferred. */
  readonly deprecation?: Deprecation;
}

/** Any review, for code that treats them alike: it must hand its rules only questions of that review. */
export type AnyReview = Review<AnyType, unknown>;

export const defineReview = <T extends AnyType>(review: Review<T>): Review<T> => review;
