import type { Container, ContainerPort, ResourceRequirements } from "./container.ts";
import type { PodSpec, PodTemplateSpec } from "./spec.ts";
import type { Volume } from "./volumes.ts";

// Source: SetDefaults_PodSpec, SetDefaults_Container, SetDefaults_Pod and SetDefaults_Volume in pkg/apis/core/v1/defaults.go.

/** What other fields decide, in a Pod. */
export const derivePod = <P extends { readonly spec: PodSpec }>(pod: P): P => ({
  ...pod,
  spec: withRequests(derivePodSpec(pod.spec)),
});

/** What other fields decide, in a Pod and in a template of one. */
function derivePodSpec(spec: PodSpec): PodSpec {
  const { volumes, initContainers, containers, hostNetwork } = spec;
  const accountName = spec.serviceAccountName ?? spec.serviceAccount;
  const one = (container: Container): Container => deriveContainer(container, hostNetwork ?? false);
  return {
    ...spec,
    ...(volumes && { volumes: volumes.map(deriveVolume) }),
    ...(initContainers && { initContainers: initContainers.map(one) }),
    containers: containers.map(one),
    ...(accountName !== undefined && { serviceAccountName: accountName, serviceAccount: accountName }),
  };
}

export const deriveTemplate = (template: PodTemplateSpec): PodTemplateSpec => ({
  ...template,
  spec: derivePodSpec(template.spec),
});

/** An image that is named by `latest` may be another one tomorrow. */
function pullPolicyOf(image = ""): "Always" | "IfNotPresent" {
  if (image.includes("@")) return "IfNotPresent";
  const tag = /:([^:/]*)$/.exec(image)?.[1] ?? "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function deriveContainer(container: Container, hostNetwork: boolean): Container {
  const { ports, imagePullPolicy, image } = container;
  return {
    ...container,
    imagePullPolicy: imagePullPolicy ?? pullPolicyOf(image),
    ...(ports && hostNetwork && { ports: ports.map(withHostPort) }),
  };
}

/** On the node's own network a port is the node's. */
const withHostPort = (port: ContainerPort): ContainerPort =>
  port.hostPort === undefined && port.containerPort !== 0 ? { ...port, hostPort: port.containerPort } : port;

const deriveVolume = (volume: Volume): Volume =>
  Object.keys(volume).length > 1 ? volume : { ...volume, emptyDir: {} };

/** Who says how much it may have, and not how much it needs, needs that much. In a template this waits for the pod. */
const withRequests = (spec: PodSpec): PodSpec => ({
  ...spec,
  ...(spec.initContainers && { initContainers: spec.initContainers.map(withOwnRequests) }),
  containers: spec.containers.map(withOwnRequests),
});
const withOwnRequests = (container: Container): Container => ({
  ...container,
  resources: requestsFromLimits(container.resources),
});
function requestsFromLimits(resources: ResourceRequirements): ResourceRequirements {
  const { limits, requests } = resources;
  if (limits === undefined) return resources;
  const all: Readonly<Record<string, string>> = { ...limits, ...requests };
  return { ...resources, requests: all };
}
