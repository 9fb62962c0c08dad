import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { readAs } from "#client/wire.ts";
import { frameOf, type Surroundings } from "#core/ruleset/frame.ts";
import { NodeTable } from "#core/ruleset/node-table.ts";
import type { Walkable, walker } from "#core/ruleset/walk.ts";
import { entryOf, serviceNameLabel } from "#core/services/entry.ts";
import { mustCidr } from "#net/cidr.ts";
import { type Ip, mustIp } from "#net/ip.ts";
import { nodeHost } from "./world.ts";

export const root = new URL("../../scenarios/", import.meta.url).pathname;

/** The cluster that every scenario takes place in. */
export const around: Surroundings = {
  families: ["IPv4", "IPv6"],
  clusterCidrs: ["10.244.0.0/16", "fd00:244::/32"].map(mustCidr),
  serviceCidrs: ["10.96.0.0/12", "fd00:96::/112"].map(mustCidr),
  dnsAddresses: [mustIp("10.96.0.10")],
};
export const nodeName = "node-1";
export const nodeAddresses: readonly Ip[] = [mustIp(nodeHost.ipv4), mustIp(nodeHost.ipv6)];

export interface Objects {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
}

/** The objects of a scenario's `in.yaml`, with their defaults. */
export function objectsOf(name: string): Objects {
  const documents = parseAllDocuments(readFileSync(`${root}${name}/in.yaml`, "utf8")).map((one): unknown => one.toJS());
  const ofKind = (kind: string) => documents.filter((one) => isOfKind(one, kind));
  return {
    services: ofKind("Service").map((one) => readAs(services, one)),
    slices: ofKind("EndpointSlice").map((one) => readAs(endpointSlices, one)),
  };
}

const isOfKind = (value: unknown, kind: string): boolean =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

/** The table of the scenario's node. */
export function tableOf({ services: all, slices }: Objects): NodeTable {
  const table = new NodeTable({ table: "portolan", around, nodeName });
  table.moveTo({
    own: nodeAddresses,
    nodePorts: nodeAddresses,
    all: [...nodeAddresses, mustIp("192.0.2.2"), mustIp("2001:db8::2")],
  });
  const entries = all.map((service) => {
    const own = slices.filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        metadata.labels?.[serviceNameLabel] === service.metadata.name,
    );
    const entry = entryOf(service, own, { nodeName, zone: undefined, families: around.families });
    return [entry.name, entry] as const;
  });
  table.change(new Map(entries));
  return table;
}

export function walkableOf(table: NodeTable): Walkable {
  const { chains, elements } = table.contents();
  return { chains: [...frameOf(around), ...chains], elements, nodeAddresses };
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

/** What a walk through the rules says of a flow, in the words of `flows.txt`. */
export function walked(walk: ReturnType<typeof walker>, { from, to, port, protocol }: Flow): readonly string[] {
  const fate = walk({ protocol, from: mustIp(from), to: mustIp(to), port });
  if (fate.kind !== "passes") return [fate.kind];
  return fate.ways
    .map(({ to: { ip, port: at }, masqueraded }) =>
      // Whom the node itself asks sees the node in any case.
      masqueraded && !isNode(from) ? `${showPlace(ip.text, at)} as node` : showPlace(ip.text, at),
    )
    .toSorted();
}

const isNode = (from: string): boolean => nodeAddresses.some(({ text }) => text === from);

export const showPlace = (ip: string, port: number): string => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`);
