import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";

/** Of the init containers and the main ones. Throws RangeError where the pod has none of that name. */
export function containerNamed({ metadata, spec }: Pod, name: string): Container {
  const found = [...(spec.initContainers ?? []), ...spec.containers].find((container) => container.name === name);
  if (found === undefined) throw new RangeError(`pod ${metadata.name} has no container ${name}`);
  return found;
}
