import { type Deployment, deployments } from "#api/apps/deployment.ts";
import { type ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Index, type Informer, keyOf, placeOf } from "#client/informer.ts";
import { isFinished } from "#core/pod-state.ts";
import { newSetOf, planDeployment } from "#core/workloads/deployment.ts";
import { type Claim, claim, controllerOf, controllerReference } from "#core/workloads/owners.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { settleClaim } from "./adoption.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";
import { takeStep } from "./deployment-steps.ts";

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
  const hands = { deployments: all.client, replicaSets: sets.client, recorder };
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
    await takeStep(hands, deployment, wanted);
    return wanted.againSeconds === undefined ? undefined : { againSeconds: wanted.againSeconds };
  };

  const recreatesOf = recreatedBy(sets.cache, all.cache);
  return loop({
    name: "deployments",
    sources: [
      changesOf(all.cache, (deployment) => [keyOf(deployment)]),
      changesOf(sets.cache, (set) => ownersOf(set, deploymentsIn)),
      changesOf(podCache, (pod, other) => (other === undefined || isFinished(pod) ? recreatesOf(pod) : [])),
    ],
    plan,
    apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** The Deployment that the ReplicaSet names, or for an orphan all that would take it. */
function ownersOf(set: ReplicaSet, deploymentsIn: Index<Deployment>): readonly string[] {
  const { namespace, labels } = set.metadata;
  const controller = controllerOf(set);
  if (controller !== undefined) return controller.kind === "Deployment" ? [`${namespace}/${controller.name}`] : [];
  return deploymentsIn(namespace)
    .filter(({ spec }) => matchesLabels(selectorOf(spec.selector), labels))
    .map(keyOf);
}

/** The Deployment of a pod where it waits for the end of pods: only Recreate does. */
const recreatedBy =
  (sets: Informer<ReplicaSet>, all: Informer<Deployment>) =>
  (pod: Pod): readonly string[] => {
    const { namespace } = pod.metadata;
    const setName = controllerOf(pod)?.name;
    const set = setName === undefined ? undefined : sets.get(namespace, setName);
    const owner = set === undefined ? undefined : controllerOf(set);
    const deployment = owner === undefined ? undefined : all.get(namespace, owner.name);
    return deployment?.spec.strategy.type === "Recreate" ? [keyOf(deployment)] : [];
  };
