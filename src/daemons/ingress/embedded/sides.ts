import type { Authority } from "#net/http1/authority.ts";
import type { Field } from "#net/http1/fields.ts";
import type { Framing } from "#net/http1/framing.ts";
import type { Peer } from "./peer.ts";

/** What a client asks for, in whatever version of HTTP it came. */
export interface ClientRequest {
  readonly method: string;
  /** Path and query as they were sent; `*` of an OPTIONS request. */
  readonly target: string;
  readonly fields: readonly Field[];
  readonly authority: Authority | undefined;
  readonly body: Framing;
  /** What the field Connection names: fields that end here. */
  readonly connection: readonly string[];
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
}

/** What an endpoint is sent. */
export interface BackendRequest {
  readonly method: string;
  readonly target: string;
  /** All but Host, and those that only this hop is told. */
  readonly fields: readonly Field[];
  readonly host: string;
  readonly body: Framing;
  /** `websocket`, or nothing. */
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
}

/** The head of an answer, without what only one hop is told. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
  readonly body: Framing;
}

/** Bytes that go both ways once an upgrade is agreed upon. */
export interface Tunnel {
  readonly write: (bytes: Uint8Array) => boolean;
  readonly end: () => void;
  readonly destroy: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** The other end of a tunnel, as the one that hears bytes tells it. */
export interface TunnelEnd {
  readonly bytes: (bytes: Uint8Array) => void;
  readonly drained: () => void;
  readonly ended: () => void;
  readonly gone: () => void;
}

/** Where a request came from, and its answer goes. What is written is sent with `flush`, or when the answer ends. */
export interface ClientSide {
  readonly peer: Peer;
  /** `HTTP/1.1`, `HTTP/2.0`: for logs. */
  readonly protocol: string;
  readonly interim: (status: number, fields: readonly Field[]) => void;
  readonly begin: (answer: Answer) => void;
  /** false: no more before `clientDrained`. */
  readonly write: (piece: Uint8Array) => boolean;
  readonly flush: () => void;
  readonly end: (trailers: readonly Field[]) => void;
  /** The answer can't be brought to its end. */
  readonly cut: () => void;
  readonly pauseBody: () => void;
  readonly resumeBody: () => void;
  /** Answers 101, and gives the connection away; undefined where this version of HTTP has no upgrades. */
  readonly upgrade: (answer: Answer, end: TunnelEnd) => Tunnel | undefined;
}

/** What a client side tells of its request. */
export interface RequestEvents {
  readonly requestPiece: (piece: Uint8Array) => void;
  readonly requestEnd: (trailers: readonly Field[]) => void;
  /** Sends on what the last pieces brought. */
  readonly requestFlush: () => void;
  /** The body can't be made sense of, or doesn't come. */
  readonly requestBroken: (status: number, because: string) => void;
  readonly clientDrained: () => void;
  readonly clientGone: () => void;
}

/** A request's way to an endpoint. */
export interface BackendSide {
  readonly send: (request: BackendRequest) => void;
  readonly write: (piece: Uint8Array) => boolean;
  readonly flush: () => void;
  readonly end: (trailers: readonly Field[]) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Nobody waits for the answer any more. */
  readonly abandon: () => void;
  readonly upgrade: (end: TunnelEnd) => Tunnel | undefined;
}

/** What a backend side tells of its answer. */
export interface AnswerEvents {
  readonly interim: (status: number, fields: readonly Field[]) => void;
  readonly answered: (answer: Answer, upgrade: string | undefined) => void;
  readonly answerPiece: (piece: Uint8Array) => void;
  readonly answerFlush: () => void;
  readonly answerEnd: (trailers: readonly Field[]) => void;
  readonly backendDrained: () => void;
  readonly backendFailed: (failure: BackendFailure) => void;
}

/**
 * `closed`: the connection ended; before a byte of the answer came, another endpoint may be asked. `malformed`: what came is no answer
 * that could be passed on. `silent`: nothing came in time.
 */
export interface BackendFailure {
  readonly kind: "closed" | "malformed" | "silent";
  readonly because: string;
}
