/** Which node answers on the LAN for a load balancer's address. */
import type { Node } from "#api/core/node.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { parseIp } from "#net/ip.ts";
import { isReady } from "../../node.ts";
import { ownLoadBalancerClass } from "./wish.ts";

/** Addresses that Services have from our pools, each with its Services: those that nodes must announce. */
export function announcedAddresses(all: readonly Service[]): ReadonlyMap<string, readonly Service[]> {
  const byAddress = new Map<string, Service[]>();
  for (const service of all) {
    const { spec, status } = service;
    const isOurs = spec.loadBalancerClass === undefined || spec.loadBalancerClass === ownLoadBalancerClass;
    if (spec.type !== "LoadBalancer" || !isOurs) continue;
    for (const { ip = "", ipMode = "VIP" } of status.loadBalancer.ingress ?? []) {
      const text = parseIp(ip)?.text;
      if (text === undefined || ipMode !== "VIP") continue;
      const services = byAddress.get(text);
      if (services === undefined) byAddress.set(text, [service]);
      else services.push(service);
    }
  }
  return byAddress;
}

/** Takes a node out of the announcing. Source: kubernetes.io well-known labels; here a cluster's only node ignores it. */
const excludedLabel = "node.kubernetes.io/exclude-from-external-load-balancers";

/** Nodes that may announce at all: not excluded, and Ready, unless none is. */
export function announcers(all: readonly Node[]): readonly string[] {
  const wanted = all.filter(({ metadata }) => all.length === 1 || metadata.labels?.[excludedLabel] === undefined);
  const ready = wanted.filter(isReady);
  return (ready.length > 0 ? ready : wanted).map(({ metadata }) => metadata.name);
}

/** The nodes of a Service's endpoints; with externalTrafficPolicy Local only they have where to send traffic. */
export const nodesWithEndpoints = (slices: readonly EndpointSlice[]): ReadonlySet<string> =>
  new Set(
    slices.flatMap(({ endpoints }) =>
      endpoints.flatMap(({ conditions, nodeName }) => (conditions.ready !== false && nodeName ? [nodeName] : [])),
    ),
  );

/**
 * The same nodes for one address, best first. The order is another for each address, so that addresses spread, and stays as it is
 * for the other nodes when one comes or goes (rendezvous hashing).
 */
export const inOrder = (address: string, nodes: readonly string[]): readonly string[] =>
  nodes
    .map((node) => ({ node, weight: weightOf(`${node}#${address}`) }))
    .toSorted((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);

/** FNV-1a with a finish that mixes (murmur3's): nearby addresses must not fall to the same node. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Who has an address by its record, as one node sees it. Times are milliseconds of a clock that only goes forward. */
export type Standing =
  /** Nobody, as far as known since then. Who had it before is the last to take it. */
  | { readonly kind: "free"; readonly sinceMs: number; readonly by: string | undefined }
  | { readonly kind: "own" }
  /** A node that must count as gone from then on, unless it is heard of before. */
  | { readonly kind: "other"; readonly node: string; readonly silentFromMs: number };

/** What a node does about an address. */
export type Duty =
  | { readonly kind: "announce" }
  /** Others can serve it, this node no longer. */
  | { readonly kind: "yield" }
  | { readonly kind: "take" }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "nothing" };

/**
 * Whoever is next in the order waits so long for the one before, in milliseconds: it may be gone and not yet known to be. Where nobody
 * is cut off it waits longer: nodes that start together should not all leave their addresses to the first one.
 */
const stepMs = { free: 2000, other: 150 };

/**
 * An address stays where it is as long as its node can serve it, since the node's connections would be lost with a move. Where it
 * is free or its node is silent, the first in the order takes it, and the next ones wait for those before.
 */
export function dutyOf(
  standing: Standing,
  { node, order }: { readonly node: string; readonly order: readonly string[] },
  nowMs: number,
): Duty {
  if (standing.kind === "own") return order.includes(node) ? { kind: "announce" } : { kind: "yield" };
  const before = standing.kind === "other" ? standing.node : standing.by;
  const others = order.filter((one) => one !== before);
  const rank = node === before && order.includes(node) ? others.length : others.indexOf(node);
  if (rank === -1) return { kind: "nothing" };
  const fromMs = (standing.kind === "other" ? standing.silentFromMs : standing.sinceMs) + rank * stepMs[standing.kind];
  return fromMs <= nowMs ? { kind: "take" } : { kind: "wait", untilMs: fromMs };
}
