import { type Field, listOf } from "./fields.ts";
import { type Refusal, refused } from "./refusal.ts";

/** Where a message's body ends. `untilClose`: with the connection, for answers alone. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "untilClose" };

/** What fields say of the message and the connection that carries it. */
export interface Carriage {
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
  readonly host: string | undefined;
  readonly connection: readonly string[];
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
}

interface Draft {
  contentLength: number | undefined;
  chunked: boolean;
  host: string | undefined;
  connection: readonly string[];
  upgrade: string | undefined;
  expectsContinue: boolean;
}

/**
 * Reads them strictly, so that nobody behind can read the message's end another way: one Content-Length of digits alone, or one
 * Transfer-Encoding that is `chunked` and nothing else, never both (RFC 9112 section 6.3 and 11.2).
 */
export function readCarriage(fields: readonly Field[]): Carriage | Refusal {
  const draft: Draft = {
    contentLength: undefined,
    chunked: false,
    host: undefined,
    connection: [],
    upgrade: undefined,
    expectsContinue: false,
  };
  for (const field of fields) {
    const problem = note(field, draft);
    if (problem !== undefined) return problem;
  }
  if (draft.chunked && draft.contentLength !== undefined) return refused("LengthBesideTransferEncoding");
  return draft;
}

function note({ name, value }: Field, draft: Draft): Refusal | undefined {
  switch (name) {
    case "content-length":
      if (draft.contentLength !== undefined) return refused("ContentLengthRepeated");
      if (!/^\d{1,15}$/.test(value)) return refused("BadContentLength");
      draft.contentLength = Number(value);
      return undefined;
    case "transfer-encoding":
      if (draft.chunked || value.toLowerCase() !== "chunked") return refused("BadTransferEncoding");
      draft.chunked = true;
      return undefined;
    case "host":
      if (draft.host !== undefined) return refused("HostRepeated");
      draft.host = value;
      return undefined;
    case "connection":
      draft.connection = [...draft.connection, ...listOf(value)];
      return undefined;
    case "upgrade":
      draft.upgrade = value;
      return undefined;
    case "expect":
      draft.expectsContinue = value.toLowerCase() === "100-continue";
      return undefined;
    default:
      return undefined;
  }
}

/** RFC 9112 section 9.3. */
export const keepsAlive = (minorVersion: 0 | 1, connection: readonly string[]): boolean =>
  minorVersion === 1
    ? !connection.includes("close")
    : connection.includes("keep-alive") && !connection.includes("close");
