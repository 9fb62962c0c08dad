import { defaultClass } from "#api/scheduling/priority-class/resolution.ts";
import { priorityClasses } from "#api/scheduling/priority-class.ts";
import { isOf } from "../object.ts";
import { everyOf } from "../objects.ts";
import { plain, type Strategy } from "./strategy.ts";

/** Pods that name no class are of one class, and not of two. Source: validatePriorityClass of the admission plugin Priority. */
export const priorityClassStrategy: Strategy = {
  ...plain,
  rivalry: async (next, store) => {
    if (!isOf(priorityClasses, next) || !next.globalDefault) return undefined;
    const known = defaultClass(await everyOf(store, priorityClasses));
    return known === undefined || known.metadata.name === next.metadata.name
      ? undefined
      : `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`;
  },
};
