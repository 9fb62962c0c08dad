import type { BackendId, Listener, RouteSet } from "#core/routes/route-table.ts";
import type { Account } from "./access-log.ts";
import type { Asks } from "./asks.ts";
import type { BackendPool } from "./backend-pool.ts";
import type { Deadlines } from "./deadlines.ts";

/** What an exchange asks of the engine. */
export interface World {
  readonly deadlines: Deadlines;
  readonly asks: Asks;
  /** Where clients come in by TLS: for redirects. */
  readonly httpsPort: number;
  /** The fingerprint of what is shown to clients that ask for this name; undefined: the fallback is. */
  readonly certificateOf: (name: string) => string | undefined;
  readonly routesOf: (listener: Listener) => RouteSet | undefined;
  readonly poolOf: (id: BackendId) => BackendPool | undefined;
  readonly finished: (account: Account) => void;
}
