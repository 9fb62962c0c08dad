import type { Ip } from "#net/ip.ts";
import { frameOf, type Surroundings } from "../ruleset/frame.ts";
import type { Sha256 } from "../ruleset/iptables/names.ts";
import { NodeChains } from "../ruleset/iptables/node-chains.ts";
import { showRule as showIptablesRule } from "../ruleset/iptables/print.ts";
import { iptablesWalker } from "../ruleset/iptables/walk.ts";
import { showRule as showNftRule } from "../ruleset/nftables-rule.ts";
import { type NodeAddresses, NodeTable } from "../ruleset/node-table.ts";
import { type Packet, type Fate as RuleFate, walker } from "../ruleset/walk.ts";
import type { ServiceEntry } from "../services/service-map.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { Fate } from "./story.ts";

/** The rules of one node, for one packet after another. */
export interface NodeRules {
  readonly walk: (packet: Packet) => Walked;
}

export interface Walked {
  readonly fate: Fate;
  /** The rules that applied, in order; none where their text is not known. */
  readonly trail: readonly { readonly chain: string; readonly rule: string }[];
}

/** How the nodes' rules are written. `unknown`: by a proxy that decides alike, in words of its own. */
export type ProxyMode =
  | { readonly kind: "nftables" | "unknown" }
  /** In Kubernetes' own chains, whose names are hashes. */
  | { readonly kind: "iptables"; readonly sha256: Sha256 };

export interface NodeState {
  readonly nodeName: string;
  readonly addresses: NodeAddresses;
  /** All addresses that the node has. */
  readonly local: readonly Ip[];
  readonly entries: ReadonlyMap<string, ServiceEntry>;
  readonly facts: ClusterFacts;
  readonly mode: ProxyMode;
  /** Whether the node is Portolan's: then pods leave it under its address, and it answers DNS itself. */
  readonly isOurs: boolean;
}

/** The very tree that is printed for the kernel, and the walk through it. */
export function rulesOf(node: NodeState): NodeRules {
  const { facts, mode, isOurs } = node;
  const around: Surroundings = {
    families: facts.families,
    clusterCidrs: facts.podCidrs,
    serviceCidrs: facts.serviceCidrs,
    masqueradesPods: isOurs,
    dnsAddresses: isOurs ? facts.dnsAddresses : [],
  };
  if (mode.kind === "iptables") return chainRules(node, around, mode.sha256);
  const rules = tableRules(node, around);
  return mode.kind === "nftables" ? rules : { walk: (packet) => ({ ...rules.walk(packet), trail: [] }) };
}

function tableRules(node: NodeState, around: Surroundings): NodeRules {
  const table = new NodeTable({ table: "portolan", around, nodeName: node.nodeName });
  table.moveTo(node.addresses);
  table.change(node.entries);
  const { chains, elements } = table.contents();
  const walk = walker({ chains: [...frameOf(around), ...chains], elements, nodeAddresses: node.local });
  return { walk: (packet) => told(walk(packet), packet, showNftRule) };
}

function chainRules(node: NodeState, around: Surroundings, sha256: Sha256): NodeRules {
  const chains = new NodeChains({ around, sha256 });
  chains.moveTo(node.addresses);
  chains.change(node.entries);
  const walk = iptablesWalker(chains.families, node.local);
  return { walk: (packet) => told(walk(packet), packet, showIptablesRule) };
}

function told<R>(walked: RuleFate<R>, { protocol }: Packet, show: (rule: R) => string): Walked {
  // Every way of a lot meets the same rules at its end.
  const trail = new Map(walked.trail.map(({ chain, rule }) => [`${chain} ${show(rule)}`, { chain, rule: show(rule) }]));
  const fate: Fate =
    walked.kind === "passes"
      ? {
          kind: "passes",
          ends: walked.ways.map(({ to: { ip, port }, masqueraded }) => ({ ip, port, protocol, masqueraded })),
        }
      : { kind: walked.kind };
  return { fate, trail: [...trail.values()] };
}
