import { type Pod, pods } from "#api/core/pod.ts";
import { isOf, named } from "../object.ts";
import { plain, type Strategy } from "./strategy.ts";

/** A pod keeps the priority that it was given, though nobody says it again. */
export const podStrategy: Strategy = {
  ...plain,
  // the rest of what admission added has to be said again
  prepareUpdate: (next, old) =>
    isOf(pods, next) && isOf(pods, old)
      ? named(pods, { ...next, spec: { ...priorityOf(old.spec), ...next.spec } })
      : next,
};

const priorityOf = ({ priority, preemptionPolicy }: Pod["spec"]): Partial<Pod["spec"]> => ({
  ...(priority !== undefined && { priority }),
  ...(preemptionPolicy !== undefined && { preemptionPolicy }),
});
