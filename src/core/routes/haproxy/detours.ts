import { wayOf } from "./destination.ts";
import type { HaproxyPlan } from "./plan.ts";

/** Whether there is anything that HAProxy leaves to the embedded engine. */
export const usesDetours = ({ table }: Pick<HaproxyPlan, "table">): boolean =>
  [...table.routeSets.values()].some(({ hosts }) =>
    [...hosts.values()].some(({ routes }) => routes.some((route) => wayOf(route).kind === "detour")),
  );
