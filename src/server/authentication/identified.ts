import type { Identity } from "#core/access/identity.ts";

/** Whom a token shows, and for which of the audiences that were asked about it is meant; or why it shows nobody. */
export type Identified =
  | { readonly kind: "known"; readonly identity: Identity; readonly audiences: readonly string[] }
  /** `because` is for who asks about a token, not for who has shown it. */
  | { readonly kind: "unknown"; readonly because: string };

export const unknown = (because: string): Identified => ({ kind: "unknown", because });
