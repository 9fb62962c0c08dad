/** What a session is asked; every request is answered when it is done. */
export type SessionRequest =
  | { readonly send: { readonly method: string; readonly path: string; readonly body?: unknown } }
  /** Until the kernel has everything that was sent before; the first one starts the proxy. */
  | { readonly settle: true }
  | { readonly stop: { readonly removeRules: boolean } }
  | { readonly remove: true };

export interface SessionAnswer {
  readonly id: number;
  /** What went wrong; empty where nothing did. */
  readonly wrong: string;
  /** Faults that the proxy has met so far, by their codes. */
  readonly faults: readonly string[];
}
