import type { Cidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { type Protocol, wireName } from "#net/port.ts";
import { unreachable } from "../unreachable.ts";
import { type Draw, type Match, numeral, type Rule, type Statement } from "./table.ts";

/** The firewall mark of packets whose source becomes the node's: Kubernetes' own bit, which others know to leave alone. */
const masqueradeMark = "0x00004000";

/**
 * One rule in nft's words, without the chain it stands in. Written as nft 1.0.6 lists it, so that what the kernel holds can be
 * compared with what it should.
 */
export const showRule = ({ when, then }: Rule): string =>
  [...when.map(showMatch), ...then.map(showStatement)].join(" ");

const word = (family: IpFamily): "ip" | "ip6" => (family === "IPv4" ? "ip" : "ip6");
const keyOf = (family: IpFamily): string => `${word(family)} daddr . meta l4proto . th dport`;
const not = (negated: boolean): string => (negated ? "!= " : "");

function showMatch(match: Match): string {
  switch (match.is) {
    case "from":
    case "to":
      return `${word(match.in[0]?.family ?? "IPv4")} ${match.is === "from" ? "saddr" : "daddr"} ${not(match.not)}${showBlocks(match.in)}`;
    case "fromLocal":
      return `fib saddr type ${not(match.not)}local`;
    case "toListed":
      return `${word(match.family)} daddr ${not(match.not)}@${match.in}${numeral(match.family)}`;
    case "admitted":
      return `${keyOf(match.family)} . ${word(match.family)} saddr ${not(match.not)}@sources${numeral(match.family)}`;
    case "state":
      return `ct state ${match.state === "established" ? "established,related" : match.state}`;
    case "translated":
      return "ct status dnat";
    case "hairpin": {
      const ip = word(match.family);
      return `ct status dnat ${ip} saddr . ${ip} daddr @hairpins${numeral(match.family)}`;
    }
    case "marked":
      return `meta mark & ${masqueradeMark} != 0x00000000`;
    case "tcp":
      return "meta l4proto tcp";
    case "dns": {
      const [address, port] = match.end === "source" ? ["saddr", "sport"] : ["daddr", "dport"];
      return `${word(match.address.family)} ${address} ${match.address.text} meta l4proto { tcp, udp } th ${port} 53`;
    }
    default:
      return unreachable(match);
  }
}

const showBlocks = (blocks: readonly Cidr[]): string =>
  blocks.length === 1 ? blocks.map(({ text }) => text).join() : `{ ${blocks.map(({ text }) => text).join(", ")} }`;

function showStatement(statement: Statement): string {
  switch (statement.do) {
    case "dispatch":
      return `meta priority set ${keyOf(statement.family)} map @${statement.map}${numeral(statement.family)} meta priority vmap @${statement.map}-chains`;
    case "goto":
      return `goto ${statement.chain}`;
    case "mark":
      return `meta mark set meta mark | ${masqueradeMark}`;
    case "unmark":
      return `meta mark set meta mark ^ ${masqueradeMark}`;
    // Without it two clients behind one address could race for the same port (kubernetes issue 56903).
    case "masquerade":
      return "masquerade fully-random";
    case "reject":
      // Without more it is ICMP's port unreachable, in both families.
      return statement.with === "tcpReset" ? "reject with tcp reset" : "reject";
    case "notrack":
    case "drop":
    case "accept":
      return statement.do;
    default:
      return showTranslation(statement);
  }
}

/**
 * A number as nft writes a packet's priority: two halves in hexadecimal. Numbers of ours have the highest bits set, which no packet
 * that arrives has, and no queue's handle either.
 */
export const showNumber = (number: number): string =>
  `${(0xf000 + (number >>> 16)).toString(16)}:${(number & 0xffff).toString(16)}`;

/** What `showNumber` wrote; undefined for numbers that aren't ours. */
export function parseNumber(text: string): number | undefined {
  const match = /^f([0-9a-f]{3}):([0-9a-f]{1,4})$/.exec(text);
  return match === null
    ? undefined
    : Number.parseInt(match[1] ?? "", 16) * 0x1_0000 + Number.parseInt(match[2] ?? "", 16);
}

type Translation = Extract<
  Statement,
  { readonly do: "dnatDrawn" | "draw" | "recall" | "remember" | "forget" | "dnatNoted" }
>;

function showTranslation(statement: Translation): string {
  const { family } = statement;
  const [ip, n, key] = [word(family), numeral(family), keyOf(family)];
  const client = clientKey(family);
  switch (statement.do) {
    case "dnatDrawn":
      return `dnat ${ip} to ${frontendKey(statement)} . ${showDraw(statement.draw)} map @${wireName(statement.protocol)}-endpoints${n}`;
    case "draw":
      return `meta priority set ${key} . ${showDraw(statement.draw)} map @seats${n}`;
    case "recall":
      return `meta priority set ${client} map @affinity${n} update @affinity${n} { ${client} timeout ${showSeconds(statement.seconds)} : meta priority }`;
    case "remember":
      return `add @affinity${n} { ${client} timeout ${showSeconds(statement.seconds)} : meta priority }`;
    case "forget":
      return `delete @affinity${n} { ${client} : meta priority }`;
    case "dnatNoted":
      return `dnat ${ip} to ${frontendKey(statement)} . meta priority map @${wireName(statement.protocol)}-members${n}`;
    default:
      return unreachable(statement);
  }
}

/**
 * What an affinity is kept under. The addresses of IPv6 are too long for nft 1.0.6, which lets key and value overlap in its
 * registers: there it is 32 bits made of them. Two clients whose bits are equal would share an endpoint, and nothing worse.
 */
const clientKey = (family: IpFamily): string =>
  family === "IPv4" ? `ip saddr . ${keyOf(family)}` : `jhash ip6 saddr . ${keyOf(family)} mod 4294967295 seed 0x1`;

/** nft dies of a list of maps whose type names `jhash`; the other hash's type is the same, 32 bits in the machine's order. */
export const clientType = (family: IpFamily): string =>
  family === "IPv4" ? clientKey(family) : "symhash mod 4294967295";

/**
 * A frontend among those of one protocol, and an endpoint likewise. Maps that lead to an address and port are kept by protocol: nft
 * 1.0.6 takes `tcp dport` as a map's value for a match on TCP, and can't read back a map with `th dport` as its value.
 */
export const frontendKey = ({ family, protocol }: Pair): string =>
  `${word(family)} daddr . ${wireName(protocol)} dport`;

interface Pair {
  readonly family: IpFamily;
  readonly protocol: Protocol;
}

const showDraw = ({ first, count }: Draw): string =>
  `numgen random mod ${count}${first === 0 ? "" : ` offset ${first}`}`;

/** `10800` seconds are `3h`, 90 are `1m30s`. */
function showSeconds(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count}${unit}`])).join("");
}
