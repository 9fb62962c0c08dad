import type { Header } from "#core/routes/route-filters.ts";
import { fieldOf } from "./hop-fields.ts";
import type { Answer } from "./sides.ts";

// An import of node:http makes everything that it exports: that costs 30 ms and 12 MB, which a call does not.
const { STATUS_CODES } = process.getBuiltinModule("node:http");

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
