import type { RouteTable, TableChange } from "#core/routes/route-table.ts";

/** What serves a RouteTable: HAProxy, or the embedded engine. */
export interface Engine {
  /**
   * Serves this table from now on; resolves when it does. Rejects where it can't, and goes on with the one before. Called for one table at a
   * time.
   */
  readonly serve: (table: RouteTable, change: TableChange) => Promise<void>;
  /** What is counted elsewhere than in this process is in the registry when it resolves. */
  readonly lookAround?: () => Promise<void>;
  /** Takes no new connection, lets requests end for so long, then closes. */
  readonly stop: (how: { readonly drainSeconds: number }) => Promise<void>;
}
