import { Readable } from "node:stream";

/** A request, whatever way it came. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Every header line by itself, where some headers may stand in several; names in lower case. Absent: each stands in one. */
  readonly lines?: () => readonly (readonly [name: string, value: string])[];
  /** The body as it was sent; throws a 413 where it is longer than that. To be called once. */
  readonly body: (maximumBytes: number) => Promise<Uint8Array>;
  /** The same as it comes, for who hands it on: no longer than is taken. To be called once, and instead. */
  readonly bodyPieces: () => AsyncIterable<Uint8Array>;
  /** Over which it came; absent: over none. */
  readonly connection?: () => ClientConnection;
}

/** What is known of a request by the connection that it came over. */
export interface ClientConnection {
  /** The client's address. */
  readonly peer: string | undefined;
  /** Whether nobody on the way could read it. */
  readonly isEncrypted: boolean;
  /** There is no body, not even an empty one. */
  readonly isBodiless: boolean;
  /** Calls `then` when the client has gone before it had its answer, or has all of it. */
  readonly whenOver: (then: () => void) => void;
}

/** A body that is at hand, however long it may be. */
export const heldBody = (bytes: Uint8Array = new Uint8Array()): Pick<ServerRequest, "body" | "bodyPieces"> => ({
  body: async () => bytes,
  bodyPieces: () => Readable.from(bytes.length === 0 ? [] : [bytes]),
});

/** The whole of an answer, in one piece or in many, or one that goes on. */
export type Answer = WholeAnswer | PiecesAnswer | StreamAnswer;
export interface WholeAnswer {
  readonly kind: "whole";
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | string;
}
/** A whole that is too long to be held at once: its pieces are made as they are taken. */
export interface PiecesAnswer {
  readonly kind: "pieces";
  readonly status: number;
  readonly headers: Headers;
  /** To be called once. */
  readonly pieces: () => AsyncIterable<Uint8Array>;
}
export interface StreamAnswer {
  readonly kind: "stream";
  readonly status: number;
  readonly headers: Headers;
  /** Called once, when the head has been sent; what it writes is the body. Nobody may be there to read it. */
  readonly run: (outlet: Outlet) => void;
}
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The reader's end of a stream. */
export interface Outlet {
  /** How many bytes wait for the reader afterwards. */
  readonly write: (chunk: Uint8Array) => number;
  /** Resolves when few bytes wait, or the reader has gone. */
  readonly drained: () => Promise<void>;
  /** How many bytes wait for the reader now. */
  readonly waiting: () => number;
  /** The reader still gets what waits. */
  readonly end: () => void;
  /** What waits is thrown away, and the reader told that this was not the end. */
  readonly cut: () => void;
  /** Aborted when the reader has gone, or the answer has ended. */
  readonly closed: AbortSignal;
}

/** Calls `then` once the reader has gone or the answer has ended, also where that was before. */
export function whenClosed({ closed }: Outlet, then: () => void): void {
  if (closed.aborted) then();
  else closed.addEventListener("abort", then, { once: true });
}

/** For who can't do with pieces. */
export const gathered = async ({ status, headers, pieces }: PiecesAnswer): Promise<WholeAnswer> => ({
  kind: "whole",
  status,
  headers,
  body: Buffer.concat(await Array.fromAsync(pieces())),
});

export const jsonType = "application/json";

export const wholeJson = (status: number, value: unknown): WholeAnswer => ({
  kind: "whole",
  status,
  headers: { "content-type": jsonType },
  body: JSON.stringify(value),
});

export const wholeText = (status: number, body: string): WholeAnswer => ({
  kind: "whole",
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body,
});

/** Nothing is kept by caches that doesn't say so itself. Source: WithCacheControl and WithAuditInit in k8s.io/apiserver. */
export const withCommonHeaders = <A extends Answer>(answer: A, auditId: string): A => ({
  ...answer,
  headers: { "audit-id": auditId, "cache-control": "no-cache, private", ...answer.headers },
});

/** Adds `Warning` lines. Source: RFC 7234 section 5.5, code 299, agent "-". */
export function withWarnings<A extends Answer>(answer: A, warnings: readonly string[]): A {
  if (warnings.length === 0) return answer;
  const lines = [...new Set(warnings)].map((text) => `299 - "${text.replace(/["\\]/g, "\\$&").replace(/\s/g, " ")}"`);
  return { ...answer, headers: { ...answer.headers, warning: lines } };
}

/** Whether a request wants to go on as a WebSocket. Source: RFC 6455 section 4.2.1. */
export const asksForWebSocket = ({ headers }: ServerRequest): boolean => headers.upgrade?.toLowerCase() === "websocket";
