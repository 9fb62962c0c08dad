/**
 * A patch that can't be applied: `invalid` is a 400, `failed` (a `test` that didn't hold, a path that leads nowhere) a 422,
 * `tooLarge` a 413; `unforeseen` is a 500 with the very words, since Kubernetes gives no reason for it.
 */
export class PatchRefused extends Error {
  readonly code = "PatchRefused";
  readonly because: Because;
  constructor(because: Because, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.because = because;
  }
}
type Because = "invalid" | "failed" | "tooLarge" | "unforeseen";

/** What Go says of a patch that has the wrong form: `json: cannot unmarshal array into Go value of type jsonpatch.Patch`. */
export const cannotUnmarshal = (value: unknown, type: string): string =>
  `json: cannot unmarshal ${goName(value)} into Go value of type ${type}`;

function goName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
