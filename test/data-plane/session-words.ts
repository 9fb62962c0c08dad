/** What a session is asked; every request is answered when it is done. */
export type SessionRequest =
  | { readonly send: { readonly method: string; readonly path: string; readonly body?: unknown } }
  /** Until the kernel has everything that was sent before; the first one starts the proxy. */
  | { readonly settle: true }
  /** Listens over TLS on 127.0.0.1, and writes a kubeconfig of kube-proxy's identity to that file. */
  | { readonly kubeconfig: string }
  | { readonly stop: { readonly removeRules: boolean } }
  | { readonly remove: true };

export interface SessionAnswer {
  readonly id: number;
  /** What the server answered, where it was asked something. */
  readonly text: string;
  /** What went wrong; empty where nothing did. */
  readonly wrong: string;
  /** Faults that the proxy has met so far, by their codes. */
  readonly faults: readonly string[];
}
