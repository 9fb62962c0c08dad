import type { LimitRange } from "#api/core/limit-range.ts";
import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";

/** Where a pod says what it was given. */
const limitRangerAnnotation = "kubernetes.io/limit-ranger";

type Texts = Readonly<Record<string, string>>;

/** The pod with what a LimitRange gives to containers that don't say it. Source: PodMutateLimitFunc in plugin/pkg/admission/limitranger. */
export function withLimitDefaults<P extends Pod>(pod: P, { spec: { limits } }: LimitRange): P {
  const given = limits.filter(({ type }) => type === "Container");
  const defaults = {
    limits: Object.fromEntries(given.flatMap((item) => Object.entries(item.default ?? {}))),
    requests: Object.fromEntries(given.flatMap((item) => Object.entries(item.defaultRequest ?? {}))),
  };
  const [containers, told] = filled(pod.spec.containers, defaults, "container");
  const [initContainers, toldOfInit] = filled(pod.spec.initContainers ?? [], defaults, "init container");
  const all = [...told, ...toldOfInit];
  if (all.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    [limitRangerAnnotation]: `LimitRanger plugin set: ${all.join("; ")}`,
  };
  const spec = { ...pod.spec, containers, ...(pod.spec.initContainers !== undefined && { initContainers }) };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}

interface Defaults {
  readonly requests: Texts;
  readonly limits: Texts;
}

function filled(
  containers: readonly Container[],
  defaults: Defaults,
  word: string,
): readonly [readonly Container[], told: readonly string[]] {
  const told: string[] = [];
  const all = containers.map((container) => {
    const { requests = {}, limits = {} } = container.resources;
    const [missingRequests, missingLimits] = [missing(requests, defaults.requests), missing(limits, defaults.limits)];
    for (const [kind, names] of [
      ["request", missingRequests],
      ["limit", missingLimits],
    ] as const)
      if (names.length > 0) told.push(`${names.join(", ")} ${kind} for ${word} ${container.name}`);
    return {
      ...container,
      resources: {
        ...container.resources,
        ...(missingRequests.length > 0 && { requests: { ...defaults.requests, ...requests } }),
        ...(missingLimits.length > 0 && { limits: { ...defaults.limits, ...limits } }),
      },
    };
  });
  return [all, told];
}

const missing = (given: Texts, defaults: Texts): readonly string[] =>
  Object.keys(defaults)
    .filter((name) => !Object.hasOwn(given, name))
    .toSorted();
