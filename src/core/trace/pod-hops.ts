import type { Node } from "#api/core/node.ts";
import type { Pod } from "#api/core/pod.ts";
import { internalIPs, podCidrsOf, readyOf } from "../node.ts";
import type { Exposed, Place } from "./place.ts";
import { podTrouble } from "./pod-trouble.ts";
import { portHop } from "./port-hop.ts";
import { type Evidence, type Hop, named, showPlace } from "./story.ts";
import { type Atlas, podIPs } from "./world.ts";

/** From a node's rules to the program in the pod. */
export interface Last {
  /** The node that the packet leaves. */
  readonly node: string | undefined;
  readonly exposed: Exposed | undefined;
}

export function podHops(end: Place, { node, exposed }: Last, atlas: Atlas): readonly Hop[] {
  const pod = atlas.podAt(end.ip) ?? hostPod(end, exposed, atlas);
  if (pod === undefined)
    return exposed === undefined && !atlas.isPodIp(end.ip) ? [] : [withoutPod(end, exposed, atlas)];
  const hops: Hop[] = [...routeHops(pod, node, atlas), podHop(pod)];
  if (hops.every(({ outcome }) => outcome !== "stops")) hops.push(portHop(end, pod, { exposed, atlas }));
  return hops;
}

/** A pod in its node's network: its address is the node's, so the endpoint's reference says which one. */
function hostPod({ ip, port, protocol }: Place, exposed: Exposed | undefined, atlas: Atlas): Pod | undefined {
  const node = atlas.nodeAt(ip)?.metadata.name;
  if (exposed === undefined) return node === undefined ? undefined : atlas.hostNetworkPod(node, port, protocol);
  const members = exposed.frontend.cases.flatMap(({ verdict }) =>
    verdict.kind === "forward" ? verdict.pool.members : [],
  );
  const endpoint = members.find((one) => one.ip.text === ip.text && one.port === port);
  return endpoint?.pod === undefined ? undefined : atlas.pod(endpoint.pod);
}

function withoutPod({ ip, port, protocol }: Place, exposed: Exposed | undefined, atlas: Atlas): Hop {
  const unread = atlas.world.unread.get("pods");
  const at = showPlace(ip, port, protocol);
  if (unread !== undefined)
    return {
      kind: "pod",
      outcome: "unknown",
      because: "NotReadable",
      tells: `who is at ${at} can't be told`,
      evidence: [{ seen: unread }],
    };
  const evidence = exposed === undefined ? [] : [{ object: exposed.object, field: "EndpointSlices", value: at }];
  if (!atlas.isPodIp(ip))
    return {
      kind: "pod",
      outcome: "passes",
      because: "EndpointWithoutPod",
      tells: `${at} is no pod of this cluster`,
      evidence,
    };
  const owner = exposed?.owner;
  const selects = owner?.kind === "Service" && Object.keys(owner.service.spec.selector ?? {}).length > 0;
  const tells = `no pod has the address ${ip.text}`;
  return {
    kind: "pod",
    outcome: selects ? "stops" : "unknown",
    because: selects ? "EndpointsBehind" : "EndpointWithoutPod",
    tells,
    evidence,
  };
}

/** Nothing where the pod is on the node whose rules have just been told. */
function routeHops(pod: Pod, from: string | undefined, atlas: Atlas): readonly Hop[] {
  const { nodeName } = pod.spec;
  const node = nodeName === undefined ? undefined : atlas.node(nodeName);
  if (node === undefined) return [];
  const ready = readyOf(node);
  const object = named("Node", node);
  if (ready?.status !== "True") {
    const value = [ready?.status ?? "unknown", ready?.reason, ready?.message].filter(Boolean).join(": ");
    const evidence = [{ object, field: "status.conditions[Ready]", value }];
    return [
      {
        kind: "route",
        outcome: "stops",
        because: "NodeNotReady",
        tells: `node ${nodeName} of pod ${pod.metadata.namespace}/${pod.metadata.name} is not ready`,
        evidence,
      },
    ];
  }
  if (from === undefined || nodeName === from) return [];
  return [
    {
      kind: "route",
      outcome: "passes",
      because: "RoutedToNode",
      tells: `node ${from} has a route to node ${nodeName}`,
      evidence: routeEvidence(node, pod),
    },
  ];
}

function routeEvidence(node: Node, pod: Pod): readonly Evidence[] {
  const blocks = podCidrsOf(node.spec)
    .map(({ text }) => text)
    .join(", ");
  const object = named("Node", node);
  const address = internalIPs(node)[0]?.text ?? "";
  const via = { object, field: "status.addresses", value: address };
  return pod.spec.hostNetwork === true || blocks === ""
    ? [via]
    : [{ object, field: "spec.podCIDRs", value: blocks }, via];
}

function podHop(pod: Pod): Hop {
  const { namespace, name } = pod.metadata;
  const trouble = podTrouble(pod);
  if (trouble !== undefined) {
    // An endpoint that ends may serve as long as nobody else is ready (KEP-1669).
    const outcome =
      trouble.because === "PodGoes"
        ? "passes"
        : pod.status.phase === "Running" && trouble.because !== "ContainerWaits"
          ? "unknown"
          : "stops";
    return { kind: "pod", outcome, ...trouble };
  }
  const evidence = [
    {
      object: named("Pod", pod),
      field: "status.podIPs",
      value: podIPs(pod)
        .map(({ text }) => text)
        .join(", "),
    },
    { object: named("Pod", pod), field: "spec.nodeName", value: pod.spec.nodeName ?? "" },
  ];
  return {
    kind: "pod",
    outcome: "passes",
    because: "PodServes",
    tells: `pod ${namespace}/${name} is Running and Ready`,
    evidence,
  };
}
