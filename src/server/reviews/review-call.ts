import type { ServedReview } from "#machinery/catalogue.ts";
import type { Call } from "../call.ts";

/** One question: understood, and allowed to the one who asks. */
export interface ReviewCall extends Pick<Call, "env" | "request" | "identity" | "path" | "query" | "format" | "warn"> {
  readonly spoken: ServedReview;
}
