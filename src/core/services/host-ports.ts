import type { Pod } from "#api/core/pod.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import { type HostPort, hostPortsOf } from "../host-ports.ts";
import { isFinished } from "../pod-state.ts";
import type { Case, Endpoint, Frontend, NodeFacts, ServiceEntry } from "./service-map.ts";

/** `cluster`: a pod's host ports answer on every node, not only on its own. Meant for ports that no other pod has. */
export const hostPortReachAnnotation = "portolan.io/host-port-reach";

type HostPortPod = Pick<Pod, "metadata" | "spec" | "status">;

/** The name of a pod's entry among those of Services; no Service has such a one. */
export const hostPortEntryName = ({ metadata }: Pick<Pod, "metadata">): string =>
  `${metadata.namespace}/${metadata.name}/HostPort`;

/**
 * What a pod's host ports expose on one node, as the portmap plugin of CNI does: from when it has an address until it has ended,
 * ready or not. undefined where nothing of it is exposed there. A pod on the node's own network listens there itself.
 */
export function hostPortEntryOf(pod: HostPortPod, facts: NodeFacts): ServiceEntry | undefined {
  const { metadata, spec, status } = pod;
  const isHere = spec.nodeName === facts.nodeName;
  if (!isHere && metadata.annotations?.[hostPortReachAnnotation] !== "cluster") return undefined;
  if (spec.hostNetwork === true || isFinished(pod)) return undefined;
  const addresses = (status.podIPs ?? []).map(({ ip }) => parseIp(ip ?? "")).filter((ip) => ip !== undefined);
  const frontends = hostPortsOf(pod).flatMap((port) =>
    addresses
      .filter(({ family }) => facts.families.includes(family))
      .flatMap((ip) => frontendOf(pod, port, { ip, isHere })),
  );
  if (frontends.length === 0) return undefined;
  // A pod's own node comes first: a port that reaches further must not take another pod's.
  const seniority = `${isHere ? "" : "~ "}${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
  return {
    name: hostPortEntryName(pod),
    seniority,
    addresses: [],
    frontends,
    because: undefined,
    passedOver: [],
    health: undefined,
  };
}

interface Place {
  readonly ip: Ip;
  /** Whether the pod runs on the node in question. */
  readonly isHere: boolean;
}

function frontendOf(pod: HostPortPod, port: HostPort, { ip, isHere }: Place): readonly Frontend[] {
  const at = addressesOf(port, ip.family);
  // An address is one node's alone.
  if (at === undefined || (!isHere && at !== "NodeAddresses")) return [];
  const { metadata, spec } = pod;
  const endpoint: Endpoint = {
    ip,
    port: port.containerPort,
    nodeName: spec.nodeName,
    pod: `${metadata.namespace}/${metadata.name}`,
    condition: "ready",
  };
  return [
    {
      id: frontendId(pod, port, ip.family),
      via: "HostPort",
      family: ip.family,
      protocol: port.protocol,
      at,
      port: port.port,
      sources: { kind: "anyone" },
      cases: isHere ? casesHere(endpoint) : casesElsewhere(endpoint),
      affinitySeconds: 0,
    },
  ];
}

/** undefined where the port is bound to an address of the other family. */
function addressesOf({ ip }: HostPort, family: IpFamily): Frontend["at"] | undefined {
  if (ip === "0.0.0.0") return "NodeAddresses";
  const address = parseIp(ip);
  return address?.family === family ? [address] : undefined;
}

function frontendId({ metadata }: HostPortPod, { ip, port, protocol }: HostPort, family: IpFamily): string {
  const bound = ip === "0.0.0.0" ? "" : `@${ip}`;
  const suffix = family === "IPv6" ? "/IPv6" : "";
  return `${metadata.namespace}/${metadata.name}:${port}-${protocol}${bound}/HostPort${suffix}`;
}

/** The pod sees its clients' addresses: its answers pass this node in any case. */
function casesHere(endpoint: Endpoint): readonly Case[] {
  const verdict = forwardTo(endpoint);
  return [
    { from: "pod", verdict, masquerade: "hairpin" },
    { from: "thisNode", verdict, masquerade: "hairpin" },
    { from: "outside", verdict, masquerade: "hairpin" },
  ];
}

/** Who comes in at another node must be answered through that node. */
function casesElsewhere(endpoint: Endpoint): readonly Case[] {
  const verdict = forwardTo(endpoint);
  return [
    { from: "pod", verdict, masquerade: "always" },
    { from: "thisNode", verdict, masquerade: "always" },
    { from: "outside", verdict, masquerade: "always" },
  ];
}

const forwardTo = (endpoint: Endpoint): Case["verdict"] => ({
  kind: "forward",
  pool: { scope: "cluster", members: [endpoint], leftOut: [] },
});
