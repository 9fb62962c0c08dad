import { type ReplicaSet, replicaSets } from "#api/apps/replica-set.ts";
import { type Namespace, namespaces } from "#api/core/namespace.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import type { Informer } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { RoomBook } from "#core/placement/room-book.ts";
import { siblingsOf } from "#core/placement/siblings.ts";
import type { Surroundings } from "#core/placement/surroundings.ts";
import { controllerOf } from "#core/workloads/owners.ts";

/** What the scheduler follows. */
export interface Caches {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly namespaces: Informer<Namespace>;
  readonly services: Informer<Service>;
  readonly replicaSets: Informer<ReplicaSet>;
}

export const cachesOf = (informers: Informers): Caches => ({
  pods: informers.of(pods),
  nodes: informers.of(nodes),
  namespaces: informers.of(namespaces),
  services: informers.of(services),
  replicaSets: informers.of(replicaSets),
});

export interface BookKeeping {
  readonly book: RoomBook;
  /** As they are at this moment. */
  readonly surroundings: () => Surroundings;
}

/** Keeps a book that follows the caches. */
export function bookKeeping(caches: Caches): BookKeeping {
  const book = new RoomBook();
  caches.pods.onChange(book.podChanged);
  caches.nodes.onChange(book.nodeChanged);
  const servicesIn = caches.services.index(({ metadata }) => [metadata.namespace]);
  const siblings: Surroundings["siblings"] = (pod) => {
    const { namespace } = pod.metadata;
    const owner = controllerOf(pod);
    const replicaSet = owner?.kind === "ReplicaSet" ? caches.replicaSets.get(namespace, owner.name) : undefined;
    return siblingsOf(pod, { services: servicesIn(namespace), replicaSet });
  };
  const namespaceLabels: Surroundings["namespaceLabels"] = (namespace) =>
    caches.namespaces.get("", namespace)?.metadata.labels ?? {};
  return { book, surroundings: () => ({ rooms: book.rooms(), crowds: book.crowds(), namespaceLabels, siblings }) };
}
