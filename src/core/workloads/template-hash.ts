import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { PodTemplateSpec } from "#api/core/pod/spec.ts";
import { canonicalJson, sameJson } from "../same-json.ts";

/** The label that keeps the pods of two ReplicaSets of one Deployment apart. */
export const templateHashLabel = "pod-template-hash";

/**
 * A short name for a pod template. FNV-1a, 32 bits, in letters that spell no words; `collisions` yields another one where two
 * templates met. (Kubernetes hashes Go's own print of the struct, so its names differ from these; nothing depends on them.)
 */
export function templateHash(template: PodTemplateSpec, collisions: number): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${canonicalJson(template)}${collisions}`))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return [...String(hash >>> 0)].map((digit) => letters[(digit.codePointAt(0) ?? 0) % letters.length]).join("");
}
const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Whether the ReplicaSet makes exactly these pods, its own label aside. */
export const makesPodsOf = (template: PodTemplateSpec, { spec }: ReplicaSet): boolean =>
  sameJson(withoutHash(template), withoutHash(spec.template));

function withoutHash({ metadata, spec }: PodTemplateSpec): object {
  const { [templateHashLabel]: _, ...labels } = metadata.labels ?? {};
  const { creationTimestamp: __, ...others } = metadata; // Go wrote it as null into templates
  return { spec, metadata: { ...others, labels } };
}
