import type { AnyKind, Cell } from "#machinery/kind.ts";

/** What `kubectl get` shows of an object called x that is five minutes old; headings of `-o wide` after the bar. */
export type Row = readonly [kind: AnyKind, headings: string, object: object, cells: readonly Cell[]];
