import type { Pod } from "#api/core/pod.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { nodeIPs } from "../node.ts";
import type { Origin } from "../services/service-map.ts";
import type { Hop } from "./story.ts";
import { named } from "./story.ts";
import type { From } from "./target.ts";
import { type Atlas, podIPs } from "./world.ts";

/** Who sends the packet. */
export interface Client {
  /** Its addresses, at most one of a family. Somebody outside may have any, and these stand for it. */
  readonly ips: readonly Ip[];
  /** Whose rules its packets meet first; undefined for somebody outside. */
  readonly node: string | undefined;
  readonly origin: Origin;
  readonly pod: Pod | undefined;
  /**
   * `inside`: routes lead it to the addresses of pods and Services. `atNode`: its packets are at `node` already, and its rules alone
   * count, whoever has the address that is asked for.
   */
  readonly stands: "outside" | "inside" | "atNode";
}

export type Found = { readonly kind: "found"; readonly client: Client } | { readonly kind: "stops"; readonly hop: Hop };

/** Addresses for documentation (RFC 5737, RFC 3849): nobody has them, so they stand for anybody. */
const anybody: readonly Ip[] = [mustIp("203.0.113.1"), mustIp("2001:db8:ffff::1")];

export function clientOf(from: From, atlas: Atlas): Found {
  switch (from.kind) {
    case "outside":
      return found({ ips: anybody, node: undefined, origin: "outside", pod: undefined, stands: "outside" });
    case "arriving":
      return found({
        ips: [from.ip],
        node: from.node,
        origin: arrivesAs(from, atlas),
        pod: undefined,
        stands: "atNode",
      });
    case "node": {
      const node = atlas.node(from.name);
      if (node === undefined) return missing("node", from.name, atlas);
      return found({ ips: nodeIPs(node), node: from.name, origin: "thisNode", pod: undefined, stands: "inside" });
    }
    case "pod":
      return podClient(from, atlas);
  }
}

const found = (client: Client): Found => ({ kind: "found", client });

function arrivesAs({ ip, node }: Extract<From, { readonly kind: "arriving" }>, atlas: Atlas): Origin {
  if (atlas.nodeAt(ip)?.metadata.name === node) return "thisNode";
  return atlas.isPodIp(ip) ? "pod" : "outside";
}

function podClient({ namespace, name }: Extract<From, { readonly kind: "pod" }>, atlas: Atlas): Found {
  const pod = atlas.pod(`${namespace}/${name}`);
  if (pod === undefined) return missing("pod", `${namespace}/${name}`, atlas);
  const { nodeName: node } = pod.spec;
  const [ips, phase] = [podIPs(pod), pod.status.phase ?? "Pending"];
  if (phase !== "Running" || node === undefined || ips.length === 0) {
    const evidence = [{ object: named("Pod", pod), field: "status.phase", value: phase }];
    const tells = `pod ${namespace}/${name} sends nothing: it is ${phase}`;
    return { kind: "stops", hop: { kind: "client", outcome: "stops", because: "ClientNotRunning", tells, evidence } };
  }
  const origin = pod.spec.hostNetwork === true ? "thisNode" : "pod";
  return found({ ips, node, origin, pod, stands: "inside" });
}

function missing(kind: "pod" | "node", name: string, { world }: Atlas): Found {
  const because = kind === "pod" ? "NoSuchPod" : "NoSuchNode";
  const unread = world.unread.get(kind === "pod" ? "pods" : "nodes");
  if (unread !== undefined) {
    const evidence = [{ seen: unread }];
    return {
      kind: "stops",
      hop: {
        kind: "client",
        outcome: "unknown",
        because: "NotReadable",
        tells: `nothing is known of ${kind} ${name}`,
        evidence,
      },
    };
  }
  const others = kind === "node" ? world.nodes.map(({ metadata }) => metadata.name).join(", ") : "";
  const tells = `there is no ${kind} ${name}${others === "" ? "" : `; the nodes are ${others}`}`;
  return { kind: "stops", hop: { kind: "client", outcome: "stops", because, tells, evidence: [] } };
}
