import type { Node } from "#api/core/node.ts";
import type { Affinity } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Term, termOf } from "./pod-terms.ts";
import { lasting, passing, type Refusal } from "./refusal.ts";
import { type Labels, labelsOf, type Neighbour, type Surroundings } from "./surroundings.ts";
import { Tally } from "./tally.ts";

/** What the rules about neighbours, a pod's own and those of the pods that are there, say of each node. */
export interface Neighbourhood {
  readonly refuses: (node: Node) => Refusal | undefined;
  /** Higher is better; only differences count. */
  readonly score: (node: Node) => number;
}

/** What each required term of a pod that is there adds to the score. Source: hardPodAffinityWeight of kube-scheduler. */
const requiredWeight = 1;

/** Source: kube-scheduler's InterPodAffinity. */
export function neighbourhoodOf(pod: Pod, surroundings: Surroundings): Neighbourhood {
  const { rooms, crowds, namespaceLabels } = surroundings;
  const self: Neighbour = { namespace: pod.metadata.namespace, labels: labelsOf(pod) };
  const own = termsOf(pod.spec.affinity, self, namespaceLabels);
  const labels = new Map(rooms.map(({ node }) => [node.metadata.name, labelsOf(node)]));
  const sums: Sums = { near: new Tally(), apart: new Tally(), unwelcome: new Tally(), wishes: new Tally() };
  const isPlain = own.near.length + own.apart.length + own.wishes.length === 0;
  for (const crowd of crowds) {
    if (isPlain && crowd.affinity === undefined) continue;
    const its = termsOf(crowd.affinity, crowd, namespaceLabels);
    const additions: readonly Addition[] = [
      ...(own.near.length > 0 && own.near.every(({ selects }) => selects(crowd)) ? of(own.near, sums.near) : []),
      ...of(
        own.apart.filter(({ selects }) => selects(crowd)),
        sums.apart,
      ),
      ...of(
        its.apart.filter(({ selects }) => selects(self)),
        sums.unwelcome,
      ),
      ...of(
        own.wishes.filter(({ selects }) => selects(crowd)),
        sums.wishes,
      ),
      ...of(
        [...its.near, ...its.wishes].filter(({ selects }) => selects(self)),
        sums.wishes,
      ),
    ];
    if (additions.length > 0) addAll(additions, crowd.on, labels);
  }
  return {
    refuses: (node) => refusalOf(labelsOf(node), { own, self, sums }),
    score: (node) => sums.wishes.sumAt(labelsOf(node)),
  };
}

interface Terms {
  readonly near: readonly Term[];
  readonly apart: readonly Term[];
  readonly wishes: readonly Term[];
}

function termsOf(
  affinity: Affinity | undefined,
  owner: Neighbour,
  namespaceLabels: Surroundings["namespaceLabels"],
): Terms {
  const { podAffinity: near, podAntiAffinity: apart } = affinity ?? {};
  const meant = { owner, namespaceLabels };
  const wish = (sign: 1 | -1) => (one: NonNullable<typeof near>["preferredDuringSchedulingIgnoredDuringExecution"]) =>
    (one ?? []).map(({ weight, podAffinityTerm }) => termOf(podAffinityTerm, { ...meant, weight: sign * weight }));
  const must = (one: NonNullable<typeof near>["requiredDuringSchedulingIgnoredDuringExecution"]) =>
    (one ?? []).map((term) => termOf(term, { ...meant, weight: requiredWeight }));
  return {
    near: must(near?.requiredDuringSchedulingIgnoredDuringExecution),
    apart: must(apart?.requiredDuringSchedulingIgnoredDuringExecution),
    wishes: [
      ...wish(1)(near?.preferredDuringSchedulingIgnoredDuringExecution),
      ...wish(-1)(apart?.preferredDuringSchedulingIgnoredDuringExecution),
    ],
  };
}

interface Sums {
  /** Pods that the pod wants to be near. */
  readonly near: Tally;
  /** Pods that it must be apart from. */
  readonly apart: Tally;
  /** Pods that must be apart from it. */
  readonly unwelcome: Tally;
  readonly wishes: Tally;
}
interface Addition {
  readonly term: Term;
  readonly to: Tally;
}
const of = (terms: readonly Term[], to: Tally): readonly Addition[] => terms.map((term) => ({ term, to }));

function addAll(
  additions: readonly Addition[],
  on: ReadonlyMap<string, number>,
  labels: ReadonlyMap<string, Labels>,
): void {
  for (const [nodeName, count] of on) {
    const nodeLabels = labels.get(nodeName);
    if (nodeLabels !== undefined)
      for (const { term, to } of additions) to.add(term.topologyKey, nodeLabels, count * term.weight);
  }
}

interface Judged {
  readonly own: Terms;
  readonly self: Neighbour;
  readonly sums: Sums;
}

function refusalOf(labels: Labels, { own, self, sums }: Judged): Refusal | undefined {
  if (own.near.some(({ topologyKey }) => labels[topologyKey] === undefined)) return notNear;
  // The first of pods that want to be near each other may go anywhere.
  const isFirst = sums.near.isEmpty && own.near.every(({ selects }) => selects(self));
  if (!isFirst && own.near.some(({ topologyKey }) => sums.near.at(topologyKey, labels) === 0)) return notNear;
  if (own.apart.some(({ topologyKey }) => sums.apart.at(topologyKey, labels) > 0))
    return passing("node(s) didn't match pod anti-affinity rules");
  if (sums.unwelcome.sumAt(labels) > 0) return passing("node(s) didn't satisfy existing pods anti-affinity rules");
  return undefined;
}
const notNear = lasting("node(s) didn't match pod affinity rules");
