import { type Deployment, deployments } from "#api/apps/deployment.ts";
import { type ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { referenceTo } from "#client/events.ts";
import { type Index, keyOf, placeOf } from "#client/informer.ts";
import { refusedFor } from "#client/resource.ts";
import { type DeploymentPlan, newSetOf, planDeployment, type ReplicaSetDraft } from "#core/workloads/deployment.ts";
import { type Claim, claim, controllerOf, controllerReference, isControlledBy } from "#core/workloads/owners.ts";
import { isFinished } from "#core/workloads/pod-state.ts";
import { revisionAnnotation } from "#core/workloads/revision.ts";
import { makesPodsOf } from "#core/workloads/template-hash.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { settleClaim } from "./adoption.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";

interface Work {
  readonly deployment: Deployment;
  readonly claim: Claim<ReplicaSet>;
}

/** Makes, sizes and removes the ReplicaSets of Deployments. */
export function deploymentController(context: ControllerContext): Loop {
  const all = collection(context, deployments);
  const sets = collection(context, replicaSets);
  const podCache = context.informers.of(pods);
  const recorder = recorderOf(context, "deployment-controller");
  const setsOf = sets.cache.index((set) => [controllerOf(set)?.uid ?? `orphan/${set.metadata.namespace}`]);
  const podsOf = podCache.index((pod) => [controllerOf(pod)?.uid ?? ""]);
  const deploymentsIn = all.cache.index(({ metadata }) => [metadata.namespace]);

  const plan = (key: string): Work | undefined => {
    const { namespace, name } = placeOf(key);
    const deployment = all.cache.get(namespace, name);
    if (deployment === undefined) return undefined;
    const candidates = [...setsOf(deployment.metadata.uid), ...setsOf(`orphan/${namespace}`)];
    return { deployment, claim: claim(deployment, selectorOf(deployment.spec.selector), candidates) };
  };

  const apply = async ({ deployment, claim }: Work): Promise<Again | undefined> => {
    const reference = controllerReference(deployments, deployment);
    if (await settleClaim({ owner: deployment, reference, claim, patch: sets.client.patch }))
      return { againSeconds: 0 };
    const { owned } = claim;
    const newSet = newSetOf(deployment, owned);
    const oldPodsRun = owned.some((set) => set !== newSet && podsOf(set.metadata.uid).some((pod) => !isFinished(pod)));
    const wanted = planDeployment({ deployment, replicaSets: owned, oldPodsRun, now: context.now() });
    await resize(deployment, wanted);
    if (wanted.create !== undefined && (await create(deployment, wanted.create)) === "collision") return undefined;
    for (const { metadata } of wanted.remove) {
      const gone = sets.client.delete(metadata.namespace, metadata.name, { preconditions: { uid: metadata.uid } });
      await gone.catch(ignoring("NotFound", "Conflict"));
    }
    await tell(deployment, wanted);
    return wanted.againSeconds === undefined ? undefined : { againSeconds: wanted.againSeconds };
  };

  const resize = async (deployment: Deployment, wanted: DeploymentPlan): Promise<void> => {
    for (const { replicaSet, from } of wanted.update) {
      await sets.client.update(replicaSet);
      const to = replicaSet.spec.replicas;
      if (to !== from) scaled(deployment, replicaSet.metadata.name, { from, to });
    }
  };

  const scaled = (deployment: Deployment, name: string, { from, to }: { from: number; to: number }): void => {
    const message = `Scaled ${to > from ? "up" : "down"} replica set ${name} from ${from} to ${to}`;
    recorder.record(referenceTo(deployments, deployment), "Normal", { reason: "ScalingReplicaSet", message });
  };

  /** A ReplicaSet of that name may be there: this very one, or by bad luck one of another template. */
  const create = async (deployment: Deployment, draft: ReplicaSetDraft): Promise<"made" | "collision"> => {
    const { namespace, name } = draft.metadata;
    try {
      await sets.client.create(namespace, draft);
    } catch (fault) {
      if (!refusedFor(fault, "AlreadyExists")) throw fault;
      const present = await sets.client.get(namespace, name);
      if (isControlledBy(present, deployment) && makesPodsOf(deployment.spec.template, present)) return "made";
      const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
      await all.client.updateStatus({ ...deployment, status: { ...deployment.status, collisionCount } });
      return "collision";
    }
    if (draft.spec.replicas > 0) scaled(deployment, name, { from: 0, to: draft.spec.replicas });
    return "made";
  };

  const tell = async (deployment: Deployment, { revision, status }: DeploymentPlan): Promise<void> => {
    const { namespace, name } = deployment.metadata;
    const body = { metadata: { annotations: { [revisionAnnotation]: revision } } };
    const newest =
      revision === undefined ? deployment : await all.client.patch(namespace, name, { type: "merge", body });
    if (status !== undefined) await all.client.updateStatus({ ...newest, status });
  };

  return loop({
    name: "deployments",
    sources: [
      changesOf(all.cache, (deployment) => [keyOf(deployment)]),
      changesOf(sets.cache, (set) => ownersOf(set, deploymentsIn)),
      // only Recreate waits for pods, and only for their end
      changesOf(podCache, (pod, other) => (other === undefined || isFinished(pod) ? recreatesOf(pod) : [])),
    ],
    plan,
    apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });

  function recreatesOf(pod: Pod): readonly string[] {
    const setName = controllerOf(pod)?.name;
    const set = setName === undefined ? undefined : sets.cache.get(pod.metadata.namespace, setName);
    const owner = set === undefined ? undefined : controllerOf(set);
    const deployment = owner === undefined ? undefined : all.cache.get(pod.metadata.namespace, owner.name);
    return deployment?.spec.strategy.type === "Recreate" ? [keyOf(deployment)] : [];
  }
}

function ownersOf(set: ReplicaSet, deploymentsIn: Index<Deployment>): readonly string[] {
  const { namespace, labels } = set.metadata;
  const controller = controllerOf(set);
  if (controller !== undefined) return controller.kind === "Deployment" ? [`${namespace}/${controller.name}`] : [];
  return deploymentsIn(namespace)
    .filter(({ spec }) => matchesLabels(selectorOf(spec.selector), labels))
    .map(keyOf);
}

const ignoring =
  (...reasons: readonly string[]) =>
  (fault: unknown): undefined => {
    if (!refusedFor(fault, ...reasons)) throw fault;
    return undefined;
  };
