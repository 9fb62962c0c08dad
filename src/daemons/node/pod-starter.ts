import type { Container } from "#api/core/pod/container.ts";
import type { Pod } from "#api/core/pod.ts";
import { environmentOf, type Sources } from "#core/pods/env.ts";
import type { NodeFacts } from "#core/pods/node-facts.ts";
import type { Refusal } from "#core/pods/observed.ts";
import { withAddresses } from "#core/pods/pod-addresses.ts";
import { hostnameOf, type NetworkFacts } from "#core/pods/pod-files.ts";
import type { Ip } from "#net/ip.ts";
import type { ContainerPlan, SandboxPlan } from "#os/process-runtime/plan.ts";
import { containerPlan, type ImageMeaning } from "./container-plan.ts";

/** What the node knows when it prepares a container. */
export interface StarterFacts {
  readonly node: NodeFacts;
  readonly network: Omit<NetworkFacts, "addresses">;
  /** Below it stand the volumes of pods, a folder each. */
  readonly volumesFolder: string;
  readonly imageOf: (pod: Pod, container: Container) => ImageMeaning | Refusal;
}

interface Start {
  readonly container: Container;
  readonly attempt: number;
  /** Given back with the container by the runtime. */
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly sources: Sources;
  /** Makes the pod's volumes: where each stands. */
  readonly volumes: () => Promise<ReadonlyMap<string, string>>;
}

/** Prepares a container's volumes and environment. Throws `VolumeRefused`, `CommandFailed`. */
export async function prepareContainer(pod: Pod, start: Start, facts: StarterFacts): Promise<ContainerPlan | Refusal> {
  const { container, attempt, labels, sources, addresses } = start;
  const image = facts.imageOf(pod, container);
  if ("reason" in image) return image;
  const environment = environmentOf(withAddresses(pod, addresses), container, { sources, node: facts.node });
  if (environment.kind === "refused") return { reason: "CreateContainerConfigError", message: environment.message };
  const network = { ...facts.network, addresses: pod.spec.hostNetwork === true ? facts.node.addresses : addresses };
  const { variables } = environment;
  const volumes = await start.volumes();
  return containerPlan(pod, { container, attempt, labels, image, variables, volumes, network });
}

/** The namespaces that the pod's containers share. */
export function sandboxPlan(pod: Pod, addresses: readonly Ip[]): SandboxPlan {
  const { spec, metadata } = pod;
  return {
    id: metadata.uid,
    hostname: hostnameOf(pod),
    network: spec.hostNetwork === true ? "host" : addresses,
    hostPID: spec.hostPID === true,
    hostIPC: spec.hostIPC === true,
    sysctls: Object.fromEntries((spec.securityContext.sysctls ?? []).map(({ name, value }) => [name, value])),
    labels: { pod: metadata.name, namespace: metadata.namespace },
  };
}
