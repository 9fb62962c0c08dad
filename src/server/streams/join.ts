import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { badRequest } from "#machinery/status.ts";
import type { Call } from "../call.ts";
import type { Answer } from "../exchange.ts";

/** A client's connection that has asked to become something else than HTTP. */
export interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
  /** What the answer's `Audit-Id` is; absent where it is no request of the API's. */
  readonly auditId?: string;
}

/** Takes a connection over, with all that is said on it from now on; answers its request, too. */
export type Join = (upgrading: Upgrading) => void;

/** Decides what becomes of the connection of a request that is understood and allowed. Rejects with a `StatusError`, and nothing has been said then. */
export type Connect = (call: Call) => Promise<Join>;

/** A plain request for what is done over a connection of its own. */
export async function needsUpgrade(): Promise<Answer> {
  throw badRequest("Upgrade request required");
}
