import { blockOf, cidrOf } from "#net/cidr.ts";
import { addressBits, type Ip, type IpFamily, ipOf } from "#net/ip.ts";
import { type Protocol, wireName } from "#net/port.ts";
import { type Block, Dispatch } from "./dispatch.ts";
import { unusedChain } from "./frame.ts";
import { chainHash, type Sha256 } from "./names.ts";
import type { ListName, RowClaim } from "./row-claim.ts";
import { type Chain, jump, type Match, type Rule, rule, type TableName, to } from "./rule.ts";

/** A list as it stands in the kernel: its first chain, and what the chains of blocks are called. */
const lists: Readonly<Record<ListName, { readonly table: TableName; readonly chain: string; readonly part: string }>> =
  {
    services: { table: "nat", chain: "KUBE-SERVICES", part: "KUBE-SVCS-" },
    nodePorts: { table: "nat", chain: "KUBE-NODEPORTS", part: "KUBE-NPS-" },
    hostPorts: { table: "nat", chain: "KUBE-HOSTPORTS", part: "KUBE-HPS-" },
    refused: { table: "filter", chain: "KUBE-SERVICES", part: "KUBE-SVCS-" },
    refusedOutside: { table: "filter", chain: "KUBE-EXTERNAL-SERVICES", part: "KUBE-EXTS-" },
    firewall: { table: "filter", chain: "KUBE-PROXY-FIREWALL", part: "KUBE-FWS-" },
    health: { table: "filter", chain: "KUBE-NODEPORTS", part: "KUBE-NPS-" },
    unused: { table: "filter", chain: unusedChain, part: "PORTOLAN-" },
  };
export const listNames: readonly ListName[] = [
  "services",
  "nodePorts",
  "hostPorts",
  "refused",
  "refusedOutside",
  "firewall",
  "health",
  "unused",
];

export type Dispatches = Readonly<Record<ListName, Dispatch>>;

export function dispatchesOf(family: IpFamily, sha256: Sha256): Dispatches {
  const one = (list: ListName): Dispatch => {
    const { table, chain, part } = lists[list];
    const byAddress = list !== "nodePorts" && list !== "health";
    return new Dispatch({
      table,
      name: chain,
      bits: byAddress ? addressBits(family) : portBits,
      link: list === "unused" ? "goto" : "jump",
      block: (first, length) =>
        byAddress ? addressBlock({ family, part, sha256 }, first, length) : portBlock(part, first, length),
    });
  };
  return {
    services: one("services"),
    nodePorts: one("nodePorts"),
    hostPorts: one("hostPorts"),
    refused: one("refused"),
    refusedOutside: one("refusedOutside"),
    firewall: one("firewall"),
    health: one("health"),
    unused: one("unused"),
  };
}

/** The chains of one list; what follows them depends on where the node has its addresses. */
export function chainsOf(
  list: ListName,
  dispatches: Dispatches,
  { flat, nodePorts }: { readonly flat: boolean; readonly nodePorts: readonly Ip[] },
): readonly Chain[] {
  const tail = list === "services" ? lastOfServices(dispatches, nodePorts) : [];
  const each: readonly Rule[] = list === "unused" ? [rule("no service has this address", [], { do: "drop" })] : [];
  // Nothing goes through this list but what is refused anyway, so its first chain may always be a tree.
  return dispatches[list].chains({ flat: flat && list !== "unused", tail: [...tail, ...each], each });
}

/** Ports of pods, then node ports, as kube-proxy writes it where it is told the node's addresses. */
function lastOfServices({ hostPorts }: Dispatches, nodePorts: readonly Ip[]): readonly Rule[] {
  const portals = rule("kube hostport portals", [{ is: "toLocal" }], jump("KUBE-HOSTPORTS"));
  const comment = "kubernetes service nodeports; NOTE: this must be the last rule in this chain";
  return [
    ...(hostPorts.size > 0 ? [portals] : []),
    ...nodePorts.map((ip) => rule(comment, [to(blockOf(ip))], jump("KUBE-NODEPORTS"))),
  ];
}

/** Where a row stands in its list. */
export function numberOf({ at }: RowClaim): bigint {
  return "port" in at ? (BigInt(protocols.indexOf(at.protocol)) << 16n) | BigInt(at.port) : at.number;
}

const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
/** Four for the protocol, sixteen for the port. */
const portBits = 20;

interface Naming {
  readonly family: IpFamily;
  readonly part: string;
  readonly sha256: Sha256;
}

/** `KUBE-SVCS-10.96.16.0-20`; addresses of IPv6 are too long for a chain's name. */
function addressBlock({ family, part, sha256 }: Naming, first: bigint, length: number): Block {
  const block = cidrOf(ipOf(family, first), length);
  const name = family === "IPv4" ? `${block.first.text}-${length}` : chainHash(block.text, sha256);
  return { chain: `${part}${name}`, when: [to(block)] };
}

/** `KUBE-NPS-TCP-30208-30463`. */
function portBlock(part: string, first: bigint, length: number): Block {
  const protocol = protocols[Number(first >> 16n)] ?? "TCP";
  const size = 1 << (portBits - length);
  const from = Number(first & 0xffffn);
  const last = from + size - 1;
  const when: readonly Match[] = [
    { is: "protocol", protocol },
    ...(length <= 4 ? [] : [{ is: "port", end: "destination", first: from, last } as const]),
  ];
  const range = length <= 4 ? "" : `-${from}-${last}`;
  return { chain: `${part}${wireName(protocol).toUpperCase()}${range}`, when };
}
