import type { PodSpec } from "../../core/pod/spec.ts";

/** What the classes say that a pod's priority depends on. */
interface Class {
  readonly metadata: { readonly name: string };
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy: "Never" | "PreemptLowerPriority";
}

export type Resolved =
  | { readonly kind: "resolved"; readonly fields: Pick<PodSpec, "priority" | "preemptionPolicy" | "priorityClassName"> }
  | { readonly kind: "refused"; readonly message: string };

/**
 * How important a new pod is: by the class that it names, or by the one for pods that name none; nobody may write the number himself.
 * Source: the admission plugin Priority.
 */
export function resolvePriority(spec: PodSpec, classes: readonly Class[]): Resolved {
  const name = spec.priorityClassName ?? "";
  const found = name === "" ? defaultClass(classes) : classes.find(({ metadata }) => metadata.name === name);
  if (name !== "" && found === undefined)
    return { kind: "refused", message: `no PriorityClass with name ${name} was found` };
  const { value = 0, preemptionPolicy = "PreemptLowerPriority" } = found ?? {};
  if (spec.priority !== undefined && spec.priority !== value)
    return {
      kind: "refused",
      message: `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    };
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy)
    return {
      kind: "refused",
      message: `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    };
  const named = found === undefined ? {} : { priorityClassName: found.metadata.name };
  return { kind: "resolved", fields: { priority: value, preemptionPolicy, ...named } };
}

/** Where several are marked, the least important. */
export const defaultClass = (classes: readonly Class[]): Class | undefined =>
  classes.filter(({ globalDefault }) => globalDefault).toSorted((a, b) => a.value - b.value)[0];
