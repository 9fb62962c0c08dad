import type { ContainerStatus } from "#api/core/pod/status.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Run } from "./observed.ts";

/** `portolan://<pod uid>/<container>/<attempt>`: tells runs apart, also after a restart of the agent. */
export const containerId = (pod: Pod, { container, attempt }: Pick<Run, "container" | "attempt">): string =>
  `portolan://${pod.metadata.uid}/${container}/${attempt}`;

/** What the pod's status says of this very run: all that an agent which starts again knows of its probes. */
export function writtenOf(pod: Pod, run: Pick<Run, "container" | "attempt">): ContainerStatus | undefined {
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  return statuses.find(({ name, containerID }) => name === run.container && containerID === containerId(pod, run));
}
