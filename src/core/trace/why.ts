import type { Pod } from "#api/core/pod.ts";
import type { Reason } from "../reasons.ts";
import { type Evidence, type Fix, named } from "./story.ts";

/** What is wrong somewhere, what shows it, and what to change. */
export interface Why {
  readonly because: Reason;
  readonly tells: string;
  readonly evidence: readonly Evidence[];
  readonly fix?: Fix;
}

/**
 * Where a pod's specification is written: in the Deployment or other workload that made it, else in the pod itself. `field` is a
 * path within the pod: `spec.containers[0].image`.
 */
export function fixPod(pod: Pod, field: string, change: string): Fix {
  const { namespace = "", labels = {}, ownerReferences = [] } = pod.metadata;
  const owner = ownerReferences.find(({ controller }) => controller === true);
  if (owner === undefined) return { object: named("Pod", pod), field, change };
  const hash = labels["pod-template-hash"];
  const isOfDeployment = owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`);
  const object = isOfDeployment
    ? `Deployment ${namespace}/${owner.name.slice(0, -hash.length - 1)}`
    : `${owner.kind} ${namespace}/${owner.name}`;
  return { object, field: `spec.template.${field}`, change };
}

export const showLabels = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
