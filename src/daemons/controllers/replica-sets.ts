import { type ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Index, keyOf, placeOf } from "#client/informer.ts";
import { isActive } from "#core/pod-state.ts";
import { type Claim, claim, controllerOf, controllerReference } from "#core/workloads/owners.ts";
import { planReplicaSet, type ReplicaSetFacts, replicaSetStatus } from "#core/workloads/replica-set.ts";
import { matchesLabels, selectorOf } from "#machinery/selectors.ts";
import { type Again, changesOf, type Loop, loop } from "../loop.ts";
import { settleClaim } from "./adoption.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";
import { makeAndDelete } from "./replica-set-steps.ts";

interface Work {
  readonly replicaSet: ReplicaSet;
  readonly claim: Claim<Pod>;
}

/** Keeps as many pods as each ReplicaSet wants. */
export function replicaSetController(context: ControllerContext): Loop {
  const sets = collection(context, replicaSets);
  const allPods = collection(context, pods);
  const hands = { pods: allPods.client, recorder: recorderOf(context, "replicaset-controller") };
  const podsOf = allPods.cache.index((pod) => [controllerOf(pod)?.uid ?? `orphan/${pod.metadata.namespace}`]);
  const siblingsOf = sets.cache.index((set) => [controllerOf(set)?.uid ?? set.metadata.uid]);
  const setsIn = sets.cache.index(({ metadata }) => [metadata.namespace]);
  const sameNode = sameNodeOf(podsOf, siblingsOf);

  const plan = (key: string): Work | undefined => {
    const { namespace, name } = placeOf(key);
    const replicaSet = sets.cache.get(namespace, name);
    if (replicaSet === undefined) return undefined;
    const candidates = [...podsOf(replicaSet.metadata.uid), ...podsOf(`orphan/${namespace}`).filter(isActive)];
    return { replicaSet, claim: claim(replicaSet, selectorOf(replicaSet.spec.selector), candidates) };
  };

  const apply = async ({ replicaSet, claim }: Work): Promise<Again | undefined> => {
    const reference = controllerReference(replicaSets, replicaSet);
    if (await settleClaim({ owner: replicaSet, reference, claim, patch: allPods.client.patch }))
      return { againSeconds: 0 };
    const facts: ReplicaSetFacts = {
      replicaSet,
      pods: claim.owned,
      sameNode: sameNode(replicaSet),
      now: context.now(),
    };
    const wanted = planReplicaSet(facts);
    const trouble = await makeAndDelete(hands, replicaSet, wanted);
    const status = replicaSetStatus({ ...facts, pods: podsOf(replicaSet.metadata.uid) }, trouble?.failure);
    if (status !== undefined) await sets.client.updateStatus({ ...replicaSet, status });
    if (trouble !== undefined) throw trouble.fault;
    return wanted.againSeconds === undefined ? undefined : { againSeconds: wanted.againSeconds };
  };

  return loop({
    name: "replicasets",
    sources: [changesOf(sets.cache, (set) => [keyOf(set)]), changesOf(allPods.cache, (pod) => ownersOf(pod, setsIn))],
    plan,
    apply,
    parallel: 8,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** The ReplicaSet that the pod names, or for an orphan all that would take it. */
function ownersOf(pod: Pod, setsIn: Index<ReplicaSet>): readonly string[] {
  const { namespace, labels } = pod.metadata;
  const controller = controllerOf(pod);
  if (controller !== undefined) return controller.kind === "ReplicaSet" ? [`${namespace}/${controller.name}`] : [];
  return setsIn(namespace)
    .filter(({ spec }) => matchesLabels(selectorOf(spec.selector), labels))
    .map(keyOf);
}

/** Counts, when first asked, the active pods of the ReplicaSet and its siblings on each node. */
const sameNodeOf =
  (podsOf: Index<Pod>, siblingsOf: Index<ReplicaSet>) =>
  (set: ReplicaSet): ((pod: Pod) => number) => {
    let counts: Map<string, number> | undefined;
    return ({ spec }) => {
      if (counts === undefined) {
        counts = new Map();
        for (const { metadata } of siblingsOf(controllerOf(set)?.uid ?? set.metadata.uid))
          for (const pod of podsOf(metadata.uid).filter(isActive))
            counts.set(pod.spec.nodeName ?? "", (counts.get(pod.spec.nodeName ?? "") ?? 0) + 1);
      }
      return counts.get(spec.nodeName ?? "") ?? 0;
    };
  };
