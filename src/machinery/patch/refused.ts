/**
 * A patch that can't be applied: `invalid` is a 400, `failed` (a `test` that didn't hold, a path that leads nowhere) a 422,
 * `tooLarge` a 413.
 */
export class PatchRefused extends Error {
  readonly code = "PatchRefused";
  readonly because: "invalid" | "failed" | "tooLarge";
  constructor(because: "invalid" | "failed" | "tooLarge", message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.because = because;
  }
}
