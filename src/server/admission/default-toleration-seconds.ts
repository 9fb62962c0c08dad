import { type Pod, pods } from "#api/core/pod.ts";
import { isOf, named } from "../object.ts";
import type { AdmissionPlugin } from "./plugin.ts";

type Toleration = NonNullable<Pod["spec"]["tolerations"]>[number];

/** How long, in seconds, a pod stays on a node that no longer answers, unless it says so itself. */
const tolerationSeconds = 300;

/** Pods stay a while on a node that has lost touch. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  at: ["/pods"],
  mutate: (next, { operation }) =>
    operation === "create" && isOf(pods, next)
      ? named(pods, { ...next, spec: { ...next.spec, tolerations: withNodeTolerations(next.spec.tolerations ?? []) } })
      : next,
};

function withNodeTolerations(given: readonly Toleration[]): readonly Toleration[] {
  const missing = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].filter(
    (key) => !given.some((one) => (one.key === key || !one.key) && (one.effect === "NoExecute" || !one.effect)),
  );
  return [
    ...given,
    ...missing.map((key): Toleration => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds })),
  ];
}
