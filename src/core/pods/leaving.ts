import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";

/**
 * A pod that is deleted leaves the rules of every node before its processes are told to stop: they would otherwise be asked for
 * connections that they no longer take. This is how long its slices may take to say that it goes, in milliseconds.
 */
export const longestLeavingMs = 3000;

/** How long the nodes have to hear of it then, in milliseconds; a single one hears of it in the same process. */
export const settleMs = (nodeCount: number): number => (nodeCount > 1 ? 700 : 200);

/** Whether new connections may be sent to a pod: to a `leaving` one they may still be under way. */
export type Served = "ready" | "leaving" | "never";

/** What the slices that list a pod say of it. */
export function servedIn(slices: readonly EndpointSlice[], uid: string): Served {
  const conditions = slices.flatMap(({ endpoints }) =>
    endpoints.flatMap((endpoint) => (endpoint.targetRef?.uid === uid ? [endpoint.conditions] : [])),
  );
  if (conditions.some(({ ready = true }) => ready)) return "ready";
  return conditions.some(({ serving = true }) => serving) ? "leaving" : "never";
}
