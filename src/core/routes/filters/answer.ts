import type { Reason } from "../../reasons.ts";
import type { Header } from "../route-filters.ts";

/** What the client gets where the backend isn't asked. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly because: Reason;
  readonly body?: string;
}
