import { pods } from "#api/core/pod.ts";
import { isOf, named } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** A pod runs as somebody. */
export const serviceAccount: AdmissionPlugin = {
  name: "ServiceAccount",
  at: ["/pods"],
  mutate: (next, { operation }) => {
    if (operation !== "create" || !isOf(pods, next)) return next;
    const { serviceAccountName = "default" } = next.spec;
    return named(pods, { ...next, spec: { ...next.spec, serviceAccountName, serviceAccount: serviceAccountName } });
  },
};
