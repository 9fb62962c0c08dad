import type { ApiRequest } from "#client/transport.ts";

/** What a node's process says to the test. */
export type FromNode =
  | { readonly kind: "request"; readonly id: string; readonly request: Omit<ApiRequest, "signal"> }
  | { readonly kind: "abort"; readonly id: string }
  | { readonly kind: "failed"; readonly what: string };

/** What it is told. */
export type ToNode =
  | {
      readonly kind: "answer";
      readonly id: string;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | { readonly kind: "line"; readonly id: string; readonly line: string }
  | { readonly kind: "end"; readonly id: string }
  | { readonly kind: "lost"; readonly id: string }
  | { readonly kind: "stop" };
