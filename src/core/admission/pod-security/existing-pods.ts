import type { Subject } from "./control.ts";
import type { Bar, Policy } from "./policy.ts";
import { isStricter } from "./policy.ts";
import { showBar, violationsOf } from "./standard.ts";

/** Whether pods that stand may break what a namespace asks now and didn't ask before. */
export const isTightened = ({ enforce: next }: Policy, { enforce: old }: Policy): boolean =>
  next.level !== "privileged" && (next.version !== old.version || isStricter(next.level, old.level));

interface Standing extends Subject {
  readonly metadata: Subject["metadata"] & { readonly name: string };
}

/**
 * What to tell whoever asks more of the pods of a namespace: they stay, but couldn't be made anew. Those that break the same are told together.
 * Source: EvaluatePodsInNamespace in k8s.io/pod-security-admission/admission.
 */
export function existingPodWarnings(namespace: string, bar: Bar, pods: readonly Standing[]): readonly string[] {
  const namesBy = new Map<string, string[]>();
  for (const pod of pods) {
    const reasons = violationsOf(pod, bar.level).map(({ reason }) => reason);
    if (reasons.length === 0) continue;
    const names = namesBy.get(reasons.join(", ")) ?? [];
    names.push(pod.metadata.name);
    namesBy.set(reasons.join(", "), names);
  }
  if (namesBy.size === 0) return [];
  const told = [...namesBy].map(([reasons, names]) => `${showNames(names.toSorted())}: ${reasons}`).toSorted();
  return [
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${showBar(bar)}"`,
    ...told,
  ];
}

function showNames([first = "", ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return `${first} (and ${others.length} other ${others.length === 1 ? "pod" : "pods"})`;
}
