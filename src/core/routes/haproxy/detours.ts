import { wayOf } from "./destination.ts";
import type { HaproxyPlan } from "./plan.ts";

/**
 * Whether there is anything that HAProxy leaves to the embedded engine: filters that it doesn't have, and limited bodies, which that one counts
 * where their length wasn't said beforehand.
 */
export const usesDetours = ({ table }: Pick<HaproxyPlan, "table">): boolean =>
  [...table.routeSets.values()].some(({ hosts }) =>
    [...hosts.values()].some(({ routes }) =>
      routes.some((route) => route.filters.maxBodyBytes !== undefined || wayOf(route).kind === "detour"),
    ),
  );
