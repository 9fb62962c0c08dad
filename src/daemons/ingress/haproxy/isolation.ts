import type { HaproxyPlan } from "#core/routes/haproxy/plan.ts";
import type { Finding, RouteTable } from "#core/routes/route-table.ts";
import { originsOf, withoutOrigins } from "#core/routes/without-origins.ts";
import { ConfigurationRefused } from "#os/haproxy/check.ts";
import { findCulprits } from "./culprits.ts";

export interface Isolated {
  /** What HAProxy takes. */
  readonly table: RouteTable;
  /** What is left out of it, as `objectOf` names it. */
  readonly objects: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export interface Judge {
  readonly plan: (table: RouteTable) => HaproxyPlan;
  /** Rejects with `ConfigurationRefused`. */
  readonly check: (plan: HaproxyPlan) => Promise<void>;
}

const mostCulprits = 8;
const patienceMs = 15_000;

/** Finds the objects that a refused configuration is refused for; undefined where it is refused for something else, or for too many of them. */
export async function isolate(
  table: RouteTable,
  fault: ConfigurationRefused,
  judge: Judge,
): Promise<Isolated | undefined> {
  const origins = originsOf(table);
  const all = [...origins.keys()];
  const refusalOfOnly = (kept: readonly string[]): Promise<string | undefined> => {
    const left = new Set(kept);
    return refusalOf(withoutOrigins(table, new Set(all.filter((object) => !left.has(object)))), judge);
  };
  const isFit = async (kept: readonly string[]): Promise<boolean> => (await refusalOfOnly(kept)) === undefined;
  const culprits = await findCulprits({ objects: all, isFit, most: mostCulprits, patienceMs });
  if (culprits === undefined) return undefined;
  const findings = await Promise.all(
    [...origins]
      .filter(([object]) => culprits.includes(object))
      .map(async ([object, origin]): Promise<Finding> => {
        const said = (await refusalOfOnly([object])) ?? fault.message;
        const message = `left out, so that the others are served: ${said}`;
        return { origin, weight: "refused", because: "EngineRefuses", message };
      }),
  );
  const objects = new Set(culprits);
  return { table: withoutOrigins(table, objects), objects, findings };
}

async function refusalOf(table: RouteTable, { plan, check }: Judge): Promise<string | undefined> {
  try {
    await check(plan(table));
    return undefined;
  } catch (fault) {
    if (fault instanceof ConfigurationRefused) return fault.message;
    throw fault;
  }
}
