import { type Deployment, deployments } from "#api/apps/deployment.ts";
import type { ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import { type EventRecorder, referenceTo } from "#client/events.ts";
import { type ResourceClient, refusedFor } from "#client/resource.ts";
import type { DeploymentPlan, ReplicaSetDraft } from "#core/workloads/deployment.ts";
import { isControlledBy } from "#core/workloads/owners.ts";
import { revisionAnnotation } from "#core/workloads/revision.ts";
import { makesPodsOf } from "#core/workloads/template-hash.ts";
import type { Draft } from "#machinery/schema.ts";

export interface DeploymentHands {
  readonly deployments: ResourceClient<Deployment, never>;
  readonly replicaSets: ResourceClient<ReplicaSet, Draft<(typeof replicaSets)["type"]>>;
  readonly recorder: EventRecorder;
}

/** Makes one planned step, and writes down how far the Deployment is. */
export async function takeStep(hands: DeploymentHands, deployment: Deployment, plan: DeploymentPlan): Promise<void> {
  for (const { replicaSet, from } of plan.update) {
    await hands.replicaSets.update(replicaSet);
    const to = replicaSet.spec.replicas;
    if (to !== from) tellScaling(hands, deployment, { name: replicaSet.metadata.name, from, to });
  }
  if (plan.create !== undefined && (await create(hands, deployment, plan.create)) === "collision") return;
  for (const { metadata } of plan.remove) await remove(hands, metadata);
  await describe(hands, deployment, plan);
}

/** A ReplicaSet of that name may be there: this very one, or by bad luck one of another template. */
async function create(
  hands: DeploymentHands,
  deployment: Deployment,
  draft: ReplicaSetDraft,
): Promise<"made" | "collision"> {
  const { namespace, name } = draft.metadata;
  try {
    await hands.replicaSets.create(namespace, draft);
  } catch (fault) {
    if (!refusedFor(fault, "AlreadyExists")) throw fault;
    const present = await hands.replicaSets.get(namespace, name);
    if (isControlledBy(present, deployment) && makesPodsOf(deployment.spec.template, present)) return "made";
    const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
    await hands.deployments.updateStatus({ ...deployment, status: { ...deployment.status, collisionCount } });
    return "collision";
  }
  const to = draft.spec.replicas;
  if (to > 0) tellScaling(hands, deployment, { name, from: 0, to });
  return "made";
}

async function remove(
  { replicaSets }: DeploymentHands,
  { namespace, name, uid }: ReplicaSet["metadata"],
): Promise<void> {
  try {
    await replicaSets.delete(namespace, name, { preconditions: { uid } });
  } catch (fault) {
    if (!refusedFor(fault, "NotFound", "Conflict")) throw fault; // gone already
  }
}

async function describe(
  hands: DeploymentHands,
  deployment: Deployment,
  { revision, status }: DeploymentPlan,
): Promise<void> {
  const { namespace, name } = deployment.metadata;
  const body = { metadata: { annotations: { [revisionAnnotation]: revision } } };
  const newest =
    revision === undefined ? deployment : await hands.deployments.patch(namespace, name, { type: "merge", body });
  if (status !== undefined) await hands.deployments.updateStatus({ ...newest, status });
}

function tellScaling(
  { recorder }: DeploymentHands,
  deployment: Deployment,
  { name, from, to }: { readonly name: string; readonly from: number; readonly to: number },
): void {
  const message = `Scaled ${to > from ? "up" : "down"} replica set ${name} from ${from} to ${to}`;
  recorder.record(referenceTo(deployments, deployment), "Normal", { reason: "ScalingReplicaSet", message });
}
