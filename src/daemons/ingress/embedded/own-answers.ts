import { STATUS_CODES } from "node:http";
import type { Header } from "#core/routes/route-filters.ts";
import { fieldOf } from "./hop-fields.ts";
import type { Answer } from "./sides.ts";

/** An answer that comes from no backend, with all of its body. */
export interface WholeAnswer {
  readonly answer: Answer;
  readonly body: Uint8Array;
}

export const reasonOf = (status: number): string => STATUS_CODES[status] ?? "Unknown";

/** An answer of the engine's own; without `text` the body says what the status means. */
export function plainAnswer(status: number, headers: readonly Header[] = [], text?: string): WholeAnswer {
  const reason = reasonOf(status);
  const body = status === 204 || status === 304 ? new Uint8Array() : Buffer.from(text ?? `${status} ${reason}\n`);
  const type = { name: "content-type", value: "text/plain; charset=utf-8" };
  const told = body.length > 0 && !headers.some(({ name }) => name === "content-type") ? [type, ...headers] : headers;
  return {
    answer: {
      status,
      reason,
      fields: told.map(fieldOf),
      body: status === 204 || status === 304 ? { kind: "none" } : { kind: "length", bytes: body.length },
    },
    body,
  };
}
