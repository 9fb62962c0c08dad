import type { Service } from "#api/core/service.ts";
import { contains } from "#net/cidr.ts";
import { hostPortsOf } from "../host-ports.ts";
import type { Reason } from "../reasons.ts";
import type { Client } from "./client.ts";
import type { Landing, Place } from "./place.ts";
import { type Evidence, type Fix, type Hop, named, showPlace } from "./story.ts";
import type { Why } from "./why.ts";
import { type Atlas, hasAddress } from "./world.ts";

interface Around {
  readonly client: Client;
  readonly atlas: Atlas;
}

/** What a place is where no Service is exposed and no pod is. */
export function whyNotHere(place: Place, node: string | undefined, around: Around): Landing {
  const { client, atlas } = around;
  const unread = atlas.world.unread.get("services");
  if (unread !== undefined)
    return direct(
      node,
      stop("NotReadable", "whose address it is can't be told", { evidence: [{ seen: unread }] }),
      "unknown",
    );
  const owner = atlas.world.services.find((service) => hasAddress(service, place.ip));
  if (owner !== undefined) return ofService(place, owner, around);
  if (atlas.nodeAt(place.ip) !== undefined) return ofNode(place, atlas);
  if (atlas.world.facts.serviceCidrs.some((block) => contains(block, place.ip))) {
    const blocks = atlas.world.facts.serviceCidrs.map(({ text }) => text).join(", ");
    const tells = `${place.ip.text} lies among the addresses of Services (${blocks}), and no Service has it`;
    return refusedByRules(node, stop("UnallocatedServiceAddress", tells, {}));
  }
  if (atlas.isPodIp(place.ip)) {
    const tells = `${place.ip.text} lies among the addresses of pods, and no pod has it`;
    const outcome = atlas.world.unread.has("pods") || client.node !== undefined ? "unknown" : "stops";
    return direct(node, stop("NoSuchPod", tells, {}), outcome);
  }
  const hop = stop("AddressElsewhere", `${place.ip.text} is nobody's in this cluster`, {});
  return direct(client.node, hop, "unknown");
}

function stop(
  because: Reason,
  tells: string,
  { evidence = [], fix }: { readonly evidence?: readonly Evidence[]; readonly fix?: Fix },
): Hop {
  return { kind: "address", outcome: "stops", because, tells, evidence, ...(fix && { fix }) };
}

const direct = (node: string | undefined, hop: Hop, outcome: Hop["outcome"]): Landing =>
  outcome === "stops" ? { kind: "stops", hop } : { kind: "direct", node, hop: { ...hop, outcome } };

/** The story ends here, and where the client's node is known its rules say the same. */
const refusedByRules = (node: string | undefined, hop: Hop): Landing =>
  node === undefined ? { kind: "stops", hop } : { kind: "direct", node, hop };

/** An address of a Service without a frontend: a port that it doesn't have, or nothing of it is proxied here. */
function ofService(place: Place, service: Service, { client, atlas }: Around): Landing {
  const object = named("Service", service);
  const { ip, port, protocol } = place;
  const entry = atlas.entry(service, client.node ?? "");
  const node = client.node ?? atlas.world.nodes[0]?.metadata.name;
  if (entry.because !== undefined) {
    const isDns = atlas.world.facts.dnsAddresses.some(({ text }) => text === ip.text);
    const tells = `${ip.text} is the address of ${object}, ${isDns ? "answered on the node itself" : "which this proxy leaves to others"}`;
    const evidence = [
      { object, field: "metadata.labels", value: Object.keys(service.metadata.labels ?? {}).join(", ") },
    ];
    return direct(node, stop(entry.because, tells, { evidence }), isDns ? "passes" : "unknown");
  }
  const ports = service.spec.ports ?? [];
  const has = ports
    .map((one) => `${one.port}/${one.protocol}${one.name === undefined || one.name === "" ? "" : ` (${one.name})`}`)
    .join(", ");
  const evidence: readonly Evidence[] = [{ object, field: "spec.ports", value: has }];
  const byProtocol = ports.find((one) => one.port === port);
  const byTarget = ports.find((one) => one.targetPort === port || one.nodePort === port);
  const hint =
    byProtocol !== undefined
      ? `, but has it for ${byProtocol.protocol}`
      : byTarget === undefined
        ? ""
        : `: ${port} is its ${byTarget.nodePort === port ? "node" : "target"} port`;
  const meant = byTarget ?? (ports.length === 1 ? ports[0] : undefined);
  const fix: Fix | undefined =
    byProtocol === undefined && meant !== undefined
      ? { object: "the target", field: "port", change: `${meant.port}` }
      : { object, field: "spec.ports", change: `a port ${port}/${protocol}` };
  const tells = `${object} has no port ${port}/${protocol}${hint}`;
  const hop = stop("UnusedPort", tells, { evidence, fix });
  // Only a cluster IP is a Service's alone: what comes to its other addresses goes where routes lead.
  const isClusterIP = (service.spec.clusterIPs ?? [service.spec.clusterIP]).includes(ip.text);
  return isClusterIP ? refusedByRules(node, hop) : direct(node, hop, "unknown");
}

/** A node's address, at a port that no Service has there. */
function ofNode(place: Place, atlas: Atlas): Landing {
  const { ip, port, protocol } = place;
  const node = atlas.nodeAt(ip);
  if (node === undefined) return { kind: "stops", hop: stop("NoSuchNode", `${ip.text} is no node`, {}) };
  const { name } = node.metadata;
  const evidence = [{ object: named("Node", node), field: "status.addresses", value: ip.text }];
  const holder = atlas.hostNetworkPod(name, port, protocol);
  if (holder !== undefined) {
    const shown = [...evidence, { object: named("Pod", holder), field: "spec.hostNetwork", value: "true" }];
    const tells = `${ip.text} is node ${name}, whose network ${named("pod", holder)} uses`;
    return direct(name, stop("AddressOfNode", tells, { evidence: shown }), "passes");
  }
  const meant = hostPortElsewhere(place, name, atlas) ?? nodePortMeant(place, atlas);
  if (meant !== undefined) {
    const shown = [...evidence, ...meant.evidence];
    // A program of the node may listen there all the same.
    return direct(name, stop(meant.because, meant.tells, { ...meant, evidence: shown }), "unknown");
  }
  const tells = `${showPlace(ip, port, protocol)} is node ${name} itself: no Service has that node port`;
  return direct(name, stop("AddressOfNode", tells, { evidence }), "unknown");
}

/** A pod that has the port as host port, on another node. */
function hostPortElsewhere({ ip, port, protocol }: Place, node: string, { world }: Atlas): Why | undefined {
  const pod = world.pods.find(
    (one) =>
      one.status.phase === "Running" &&
      one.spec.nodeName !== node &&
      hostPortsOf(one).some((has) => has.port === port && has.protocol === protocol),
  );
  if (pod === undefined) return undefined;
  const { nodeName = "" } = pod.spec;
  const object = named("Pod", pod);
  return {
    because: "HostPortElsewhere",
    tells: `${showPlace(ip, port, protocol)} is no host port of node ${node}: ${object}, which has it, is on node ${nodeName}`,
    evidence: [{ object, field: "spec.nodeName", value: nodeName }],
    fix: { object: "the target", field: "host", change: pod.status.hostIP ?? `an address of node ${nodeName}` },
  };
}

/** A Service that has the number: as node port for another protocol, or as its own port. */
function nodePortMeant({ ip, port, protocol }: Place, { world }: Atlas): Why | undefined {
  const all = world.services.flatMap((service) =>
    (service.spec.ports ?? []).map((one) => ({ object: named("Service", service), one })),
  );
  const because = "NoSuchNodePort";
  const other = all.find(({ one }) => one.nodePort === port && one.protocol !== protocol);
  if (other !== undefined) {
    const tells = `${showPlace(ip, port, protocol)} is no node port; ${other.object} has ${port} for ${other.one.protocol}`;
    const fix = { object: "the target", field: "port", change: `${port}/${other.one.protocol}` };
    return { because, tells, evidence: [], fix };
  }
  const meant = all.find(({ one }) => one.port === port && one.protocol === protocol && (one.nodePort ?? 0) > 0);
  if (meant === undefined) return undefined;
  const tells = `no Service has node port ${port}; ${meant.object} has port ${port} at node port ${meant.one.nodePort}`;
  return {
    because,
    tells,
    evidence: [],
    fix: { object: "the target", field: "port", change: `${meant.one.nodePort}` },
  };
}
