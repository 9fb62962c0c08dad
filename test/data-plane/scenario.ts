import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { configMaps } from "#api/core/config-map.ts";
import { type Node, nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { ApiObject } from "#client/resource.ts";
import { readAs } from "#client/wire.ts";
import { zoneOf } from "#core/node.ts";
import { frameOf, type Surroundings } from "#core/ruleset/frame.ts";
import { NodeChains } from "#core/ruleset/iptables/node-chains.ts";
import { iptablesWalker } from "#core/ruleset/iptables/walk.ts";
import { type NodeAddresses, NodeTable } from "#core/ruleset/node-table.ts";
import type { Fate, Packet, Walkable } from "#core/ruleset/walk.ts";
import { entryOf } from "#core/services/entry.ts";
import { hostPortEntryOf } from "#core/services/host-ports.ts";
import type { NodeFacts, ServiceEntry, ServiceName } from "#core/services/service-map.ts";
import { ownerOf } from "#core/services/slice-owner.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { contains, mustCidr } from "#net/cidr.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { nodeHost } from "./world.ts";

export const root = new URL("../../scenarios/", import.meta.url).pathname;
export const scenarioNames: readonly string[] = readdirSync(root, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() && one.name !== "ingress" ? [one.name] : [],
);

/** The cluster that every scenario takes place in. */
export const around: Surroundings = {
  families: ["IPv4", "IPv6"],
  clusterCidrs: ["10.244.0.0/16", "fd00:244::/32"].map(mustCidr),
  serviceCidrs: ["10.96.0.0/12", "fd00:96::/112"].map(mustCidr),
  masqueradesPods: true,
  dnsAddresses: [mustIp("10.96.0.10")],
};
export const nodeName = "node-1";
export const nodeAddresses: readonly Ip[] = [mustIp(nodeHost.ipv4), mustIp(nodeHost.ipv6)];

/** What the node has besides; node ports are served there where a scenario says so. */
export const otherAddresses: readonly Ip[] = [mustIp(nodeHost.other4), mustIp(nodeHost.other6)];

/** What a scenario's `in.yaml` holds, with the defaults of the API. */
export interface Objects {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** Settings of the cluster that differ from the usual ones: those of a ConfigMap called `cluster`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The nodes that are there where a scenario doesn't describe them. */
const usualNodes: readonly Node[] = [
  ["node-1", [nodeHost.ipv4, nodeHost.ipv6]],
  ["node-2", ["192.0.2.2", "2001:db8::2"]],
].map(([name, addresses]) =>
  readAs(nodes, {
    metadata: { name },
    status: { addresses: [addresses].flat().map((address) => ({ type: "InternalIP", address })) },
  }),
);

export function objectsOf(name: string): Objects {
  const documents = parseAllDocuments(readFileSync(`${root}${name}/in.yaml`, "utf8")).map((one): unknown => one.toJS());
  const ofKind = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>) =>
    documents.filter((one) => isOfKind(one, kind.kind)).map((one) => readAs(kind, withPlace(one, kind)));
  const described = ofKind(nodes).map(withUsualAddresses);
  const [cluster] = ofKind(configMaps);
  return {
    services: ofKind(services),
    slices: ofKind(endpointSlices),
    pods: ofKind(pods),
    nodes: [
      ...usualNodes.filter(({ metadata }) => described.every((one) => one.metadata.name !== metadata.name)),
      ...described,
    ],
    settings: cluster?.data ?? {},
  };
}

const isOfKind = (value: unknown, kind: string): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

/** As a server would store it: in the default namespace, made at a time. */
function withPlace(document: unknown, { scope }: Pick<Kind<AnyType, ApiObject>, "scope">): unknown {
  if (typeof document !== "object" || document === null || !("metadata" in document)) return document;
  const usual = { creationTimestamp: "2026-01-01T00:00:00Z", ...(scope === "Namespaced" && { namespace: "default" }) };
  return { ...document, metadata: { ...usual, ...Object(document.metadata) } };
}

function withUsualAddresses(node: Node): Node {
  const usual = usualNodes.find(({ metadata }) => metadata.name === node.metadata.name);
  return node.status.addresses === undefined && usual !== undefined ? { ...node, status: usual.status } : node;
}

/** What node-1 knows. */
export interface Seen {
  readonly entries: ReadonlyMap<ServiceName, ServiceEntry>;
  readonly addresses: NodeAddresses;
}

export function seenIn({ services: all, slices, pods: allPods, nodes: allNodes, settings }: Objects): Seen {
  const here = allNodes.find(({ metadata }) => metadata.name === nodeName);
  const zone = here && zoneOf(here);
  const facts: NodeFacts = { nodeName, zone, families: around.families };
  const ofServices = all.map((service) => {
    const own = slices.filter((slice) => ownerOf(slice) === `${service.metadata.namespace}/${service.metadata.name}`);
    return entryOf(service, own, facts);
  });
  const ofPods = allPods.flatMap((pod) => hostPortEntryOf(pod, facts) ?? []);
  const addressesOf = ({ status }: Node) => (status.addresses ?? []).map(({ address }) => mustIp(address));
  const own = here === undefined ? [] : addressesOf(here);
  const blocks = settings["nodeport-addresses"]?.split(",").map(mustCidr);
  return {
    entries: new Map([...ofServices, ...ofPods].map((entry) => [entry.name, entry])),
    addresses: {
      own,
      nodePorts:
        blocks === undefined
          ? own
          : [...own, ...otherAddresses].filter((ip) => blocks.some((block) => contains(block, ip))),
      all: allNodes.flatMap(addressesOf),
    },
  };
}

/** The table of the scenario's node. */
export function tableOf(objects: Objects): NodeTable {
  const { entries, addresses } = seenIn(objects);
  const table = new NodeTable({ table: "portolan", around, nodeName });
  table.moveTo(addresses);
  table.change(entries);
  return table;
}

/** The same node's chains in iptables mode. */
export function chainsOf(objects: Objects): NodeChains {
  const { entries, addresses } = seenIn(objects);
  const chains = new NodeChains({ around, sha256: (text) => createHash("sha256").update(text).digest() });
  chains.moveTo(addresses);
  chains.change(entries);
  return chains;
}

export const iptablesWalkerOf = (chains: NodeChains): Walk =>
  iptablesWalker(chains.families, [...nodeAddresses, ...otherAddresses]);

export function walkableOf(table: NodeTable): Walkable {
  const { chains, elements } = table.contents();
  return { chains: [...frameOf(around), ...chains], elements, nodeAddresses: [...nodeAddresses, ...otherAddresses] };
}

/** One line of `flows.txt`: `10.244.0.5 -> tcp 10.96.0.20:80 => 10.244.0.7:8080 | 10.244.0.8:8080 as node`. */
export interface Flow {
  readonly line: string;
  readonly from: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly to: string;
  readonly port: number;
  /** `drop`, `reject`, or the places it may end at, each with ` as node` where the receiver sees the node's address. */
  readonly ends: readonly string[];
}

export function flowsOf(name: string): readonly Flow[] {
  const lines = readFileSync(`${root}${name}/flows.txt`, "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(parseFlow);
}

function parseFlow(line: string): Flow {
  const match = /^(\S+) -> (tcp|udp|sctp) \[?([^\s\]]+?)\]?:(\d+) => (.+)$/.exec(line);
  if (match === null) throw new SyntaxError(`not a flow: ${line}`);
  const [, from = "", protocol, to = "", port, ends = ""] = match;
  return {
    line,
    from,
    protocol: protocol === "tcp" ? "TCP" : protocol === "udp" ? "UDP" : "SCTP",
    to,
    port: Number(port),
    ends: ends.split(" | ").toSorted(),
  };
}

/** In either mode. */
type Walk = (packet: Packet) => Fate<unknown>;

/** What a walk through the rules says of a flow, in the words of `flows.txt`. */
export function walked(walk: Walk, { from, to, port, protocol }: Flow): readonly string[] {
  const fate = walk({ protocol, from: mustIp(from), to: mustIp(to), port });
  if (fate.kind !== "passes") return [fate.kind];
  return fate.ways
    .map(({ to: { ip, port: at }, masqueraded }) =>
      // Whom the node itself asks sees the node in any case.
      masqueraded && !isNode(from) ? `${showPlace(ip.text, at)} as node` : showPlace(ip.text, at),
    )
    .toSorted();
}

export const isNode = (from: string): boolean =>
  [...nodeAddresses, ...otherAddresses].some(({ text }) => text === from);

export const showPlace = (ip: string, port: number): string => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);
