import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { pods } from "#api/core/pod.ts";
import { withLimitDefaults } from "#core/admission/limit-defaults.ts";
import { claimLimitDenial, podLimitDenial } from "#core/admission/limit-denials.ts";
import { isOf, named } from "../object.ts";
import type { AdmissionPlugin, Attempt } from "./plugin.ts";

/** Containers of a namespace get what its LimitRanges give, and what asks for more or less than they have is refused. */
export const limitRanger: AdmissionPlugin = {
  name: "LimitRanger",
  at: ["/persistentvolumeclaims", "/pods"],
  mutate: (next, attempt) => {
    if (attempt.operation !== "create" || !isOf(pods, next)) return next;
    const given = rangesOf(attempt).reduce(withLimitDefaults, next);
    return given === next ? next : named(pods, given);
  },
  denial: (next, attempt) => {
    const ranges = rangesOf(attempt);
    if (isOf(persistentVolumeClaims, next)) return firstOf(ranges, (range) => claimLimitDenial(next, range));
    // a pod that stands can't come to ask for something else
    return isOf(pods, next) && attempt.operation === "create"
      ? firstOf(ranges, (range) => podLimitDenial(next, range))
      : undefined;
  },
};

const rangesOf = ({ call: { env, path } }: Attempt) => env.limitRanges.in(path.namespace);

function firstOf<R>(ranges: readonly R[], denial: (range: R) => string | undefined): string | undefined {
  for (const range of ranges) {
    const denied = denial(range);
    if (denied !== undefined) return denied;
  }
  return undefined;
}
