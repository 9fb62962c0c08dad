import type { Limits } from "#net/http1/refusal.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Peer } from "./peer.ts";
import type { ClientRequest, ClientSide, RequestEvents } from "./sides.ts";

/** What clients' connections are held to. */
export interface ClientLimits {
  readonly http1: Limits;
  /** From a head's first byte, or the connection's begin, to its last. */
  readonly headSeconds: number;
  /** Between requests. */
  readonly idleSeconds: number;
  /** From one piece of a body to the next, either way. */
  readonly bodySeconds: number;
}

/** A connection that can be asked to end. */
export interface ClientConnection {
  /** No further request; closed at once where none is being answered. */
  readonly retire: () => void;
}

/** What a client's connection sees of the engine. */
export interface Service {
  readonly deadlines: Deadlines;
  readonly limits: ClientLimits;
  readonly clients: Set<ClientConnection>;
  readonly isStopping: boolean;
  /** A request has come; its answer goes to `client`. */
  readonly begin: (client: ClientSide, request: ClientRequest) => RequestEvents;
  /** What came was no request, and the client is told so. */
  readonly refused: (
    client: { readonly peer: Peer; readonly protocol: string },
    status: number,
    because: string,
  ) => void;
}
