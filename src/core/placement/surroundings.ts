import type { Affinity } from "#api/core/pod/scheduling.ts";
import type { Pod } from "#api/core/pod.ts";
import type { LabelSelector } from "#machinery/selectors.ts";
import type { NodeRoom } from "./node-room.ts";

export type Labels = Readonly<Record<string, string>>;

/** What the rules of other pods see of a pod. */
export interface Neighbour {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Pods with nodes that no rule tells apart: usually those of one ReplicaSet. */
export interface Crowd extends Neighbour {
  /** Their own rules about neighbours. */
  readonly affinity: Affinity | undefined;
  /** They are being deleted. */
  readonly leaving: boolean;
  /** How many are on each node. */
  readonly on: ReadonlyMap<string, number>;
}

/** What a pod's place is decided from, besides the pod. */
export interface Surroundings {
  readonly rooms: readonly NodeRoom[];
  readonly crowds: Iterable<Crowd>;
  readonly namespaceLabels: (namespace: string) => Labels;
  /** What chooses the pods that belong together with it; undefined: it stands alone. */
  readonly siblings: (pod: Pod) => LabelSelector | undefined;
}

export const labelsOf = ({ metadata }: Pick<Pod, "metadata">): Labels => metadata.labels ?? {};
