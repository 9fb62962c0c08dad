import { frameOf, type Surroundings } from "../ruleset/frame.ts";
import { showRule } from "../ruleset/nftables-rule.ts";
import { type NodeAddresses, NodeTable } from "../ruleset/node-table.ts";
import { type Packet, walker } from "../ruleset/walk.ts";
import type { ServiceEntry } from "../services/service-map.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { Fate } from "./story.ts";

/** The rules of one node, for one packet after another. */
export interface NodeRules {
  readonly walk: (packet: Packet) => Walked;
}

export interface Walked {
  readonly fate: Fate;
  /** The rules that applied, in order; none where the node's are another proxy's. */
  readonly trail: readonly { readonly chain: string; readonly rule: string }[];
}

export interface NodeState {
  readonly nodeName: string;
  readonly addresses: NodeAddresses;
  readonly entries: ReadonlyMap<string, ServiceEntry>;
  readonly facts: ClusterFacts;
  /** Whether it has the rules of this project; another proxy decides alike, in words of its own. */
  readonly isOurs: boolean;
}

/** The very tree that is printed for the kernel, and the walk through it. */
export function rulesOf({ nodeName, addresses, entries, facts, isOurs }: NodeState): NodeRules {
  const around: Surroundings = {
    families: facts.families,
    clusterCidrs: facts.podCidrs,
    serviceCidrs: facts.serviceCidrs,
    // Elsewhere that is the network plugin's to do, and the cluster's DNS runs in pods.
    masqueradesPods: isOurs,
    dnsAddresses: isOurs ? facts.dnsAddresses : [],
  };
  const table = new NodeTable({ table: "portolan", around, nodeName });
  table.moveTo(addresses);
  table.change(new Map([...entries.values()].map((entry) => [entry.name, entry])));
  const { chains, elements } = table.contents();
  const walk = walker({
    chains: [...frameOf(around), ...chains],
    elements,
    nodeAddresses: [...addresses.own, ...addresses.nodePorts],
  });
  return {
    walk(packet) {
      const walked = walk(packet);
      const trail = walked.trail.map(({ chain, rule }) => ({ chain, rule: showRule(rule) }));
      // Every way of a lot meets the same rules at its end.
      const once = new Map(trail.map((one) => [`${one.chain} ${one.rule}`, one]));
      return { fate: fateOf(walked, packet), trail: isOurs ? [...once.values()] : [] };
    },
  };
}

function fateOf(walked: ReturnType<ReturnType<typeof walker>>, { protocol }: Packet): Fate {
  if (walked.kind !== "passes") return { kind: walked.kind };
  const ends = walked.ways.map(({ to: { ip, port }, masqueraded }) => ({ ip, port, protocol, masqueraded }));
  return { kind: "passes", ends };
}
