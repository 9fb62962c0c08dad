/** What ingress-nginx' own annotations begin with. */
export const prefix = "nginx.ingress.kubernetes.io/";

/** One annotation: what it is called, what may stand in it, and what it does. The reference is made of these declarations. */
export interface Annotation<T = unknown> {
  /** Without prefix. The first is the one to write; the others are older names of it. */
  readonly names: readonly [string, ...string[]];
  readonly grammar: Grammar<T>;
  /** What holds where it is absent, as the reference says it. */
  readonly fallback: string;
  /** It keeps somebody out: where it can't be read, nobody comes in. */
  readonly guards?: true;
  /** What it does nothing without: `enable-cors: "true"`. */
  readonly needs?: string;
  readonly doc: string;
}

export interface Grammar<T> {
  /** What may stand there, as the reference says it. */
  readonly shape: string;
  /** Of a text without control characters and without spaces around it; not empty. */
  readonly read: (text: string) => Reading<T>;
}

export type Reading<T> =
  /** `leftOut`: of a list what can't be read, each as a sentence about it; the rest holds. */
  | { readonly kind: "value"; readonly value: T; readonly leftOut: readonly string[] }
  /** What is said after the annotation's value: `is not …; write …`. */
  | { readonly kind: "wrong"; readonly detail: string };

export const value = <T>(read: T, leftOut: readonly string[] = []): Reading<T> => ({
  kind: "value",
  value: read,
  leftOut,
});

export const wrong = (detail: string): Reading<never> => ({ kind: "wrong", detail });
