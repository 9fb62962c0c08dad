import { change } from "#core/routes/haproxy/change.ts";
import { planHaproxy } from "#core/routes/haproxy/make-plan.ts";
import type { RouteTable } from "#core/routes/route-table.ts";
import type { Planner } from "#daemons/ingress/haproxy/engine.ts";

/** What the product decides by; but a route whose path has `BROKEN` in it spoils the configuration, as a mistake in the printer would. */
export const brittlePlanner: Planner = {
  plan(table, ...more) {
    const plan = planHaproxy(table, ...more);
    return isBroken(table) ? { ...plan, config: `${plan.config}\nbackend broken\n  http-request nonsense\n` } : plan;
  },
  changeOf: change,
  usesDetours: () => false,
};

const isBroken = ({ routeSets }: RouteTable): boolean =>
  [...routeSets.values()].some(({ hosts }) =>
    [...hosts.values()].some(({ routes }) => routes.some(({ match }) => match.path.value.includes("BROKEN"))),
  );
