import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import { type Informer, keyOf } from "#client/informer.ts";
import { selects } from "#core/workloads/service-pods.ts";

/** Which Services select a pod, and which pods a Service selects, without looking at every pair of the two. */
export interface ServiceIndex {
  readonly servicesOf: (pod: Pod) => readonly string[];
  readonly podsOf: (service: Service) => readonly Pod[];
}

// Both are grouped by one label: a Service by the first of its selector, a pod by each of its own.
const groupOf = (namespace: string, [label, value]: readonly [string, string]): string =>
  `${namespace}\0${label}\0${value}`;
const firstOf = ({ metadata, spec }: Service): readonly string[] =>
  Object.entries(spec.selector ?? {})
    .slice(0, 1)
    .map((pair) => groupOf(metadata.namespace, pair));
const allOf = ({ metadata }: Pod): readonly string[] =>
  Object.entries(metadata.labels ?? {}).map((pair) => groupOf(metadata.namespace, pair));

export function serviceIndex(services: Informer<Service>, pods: Informer<Pod>): ServiceIndex {
  const servicesBy = services.index(firstOf);
  const podsBy = pods.index(allOf);
  return {
    servicesOf: (pod) =>
      allOf(pod)
        .flatMap((group) => servicesBy(group))
        .filter((service) => selects(service, pod))
        .map(keyOf),
    podsOf: (service) =>
      firstOf(service)
        .flatMap((group) => podsBy(group))
        .filter((pod) => selects(service, pod)),
  };
}
