import { daemonSets } from "#api/apps/daemon-set.ts";
import { statefulSets } from "#api/apps/stateful-set.ts";
import { horizontalPodAutoscalers } from "#api/autoscaling/horizontal-pod-autoscaler.ts";
import { cronJobs } from "#api/batch/cron-job.ts";
import { jobs } from "#api/batch/job.ts";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { replicationControllers } from "#api/core/replication-controller.ts";
import { networkPolicies } from "#api/networking/network-policy.ts";
import { podDisruptionBudgets } from "#api/policy/pod-disruption-budget.ts";
import type { AnyKind } from "#machinery/kind.ts";

const makesNoPods = "it makes no pods. Only a controller of your own would";

/** Kinds that are stored and served while nothing here acts on them, and what that means for whoever makes one. */
const consequences: ReadonlyMap<AnyKind, string> = new Map<AnyKind, string>([
  [daemonSets, makesNoPods],
  [statefulSets, makesNoPods],
  [replicationControllers, makesNoPods],
  [jobs, makesNoPods],
  [cronJobs, "it makes no Jobs. Only a controller of your own would"],
  [horizontalPodAutoscalers, "nothing is scaled by it"],
  [persistentVolumeClaims, "no volume is made for it or bound to it. Only a provisioner of your own would do that"],
  [networkPolicies, "all traffic passes, whatever it says. Only a network of your own would hold some back"],
  [podDisruptionBudgets, "nobody who ends pods asks it"],
]);

/** What somebody who made such an object should know; undefined where something here acts on it. */
export function withoutController(kind: AnyKind): string | undefined {
  const consequence = consequences.get(kind);
  return consequence && `This version of Portolan has no controller for the kind ${kind.kind}: ${consequence}.`;
}
