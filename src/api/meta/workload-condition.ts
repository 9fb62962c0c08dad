import { optional, present, string, time } from "#machinery/schema.ts";

/** What a condition of a workload says; each kind has a type of its own name for it, with the same numbers. */
export const workloadConditionFields = {
  type: present(1, string),
  status: present(2, string),
  lastTransitionTime: optional(3, time),
  reason: optional(4, string),
  message: optional(5, string),
};
