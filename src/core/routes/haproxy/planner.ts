import { change } from "./change.ts";
import { planHaproxy } from "./make-plan.ts";
import type { HaproxyChange, HaproxyPlan, PlanHaproxy } from "./plan.ts";

/** Decides what HAProxy serves. */
export const haproxyPlanner: {
  readonly plan: PlanHaproxy;
  readonly changeOf: (before: HaproxyPlan, after: HaproxyPlan) => HaproxyChange;
  /** Whether the embedded engine must stand beside: every body whose length is limited and not said beforehand is counted there. */
  readonly usesDetours: (plan: HaproxyPlan) => boolean;
} = {
  plan: planHaproxy,
  changeOf: change,
  usesDetours: ({ config }) => /^backend detour-/m.test(config),
};
