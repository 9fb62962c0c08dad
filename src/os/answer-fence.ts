import type { Ip } from "#net/ip.ts";

/**
 * Rules that keep the kernel's answers for announced addresses (ARP replies, neighbour advertisements) back unless this node may
 * give them. `fenced`: addresses that the kernel would answer for; `ours`: those that this node may; `alive`: one element that
 * ends by itself. So a program that is killed, stopped or cut off falls silent in time, whatever becomes of it.
 *
 * Text for nft; each piece is a transaction.
 */
export const fence = (table: string) => ({
  /** Everything anew. */
  frame: (): string => [remove(table), arpTable(table), ip6Table(table)].join(""),
  remove: (): string => remove(table),
  /** Does nothing, and fails where the tables are not there. */
  fenced: (ips: readonly Ip[]): string => elements("add", table, "fenced", ips),
  unfenced: (ips: readonly Ip[]): string => elements("delete", table, "fenced", ips),
  ours: (ips: readonly Ip[]): string => elements("add", table, "ours", ips),
  notOurs: (ips: readonly Ip[]): string => elements("delete", table, "ours", ips),
  alive: (ms: number): string => alive(table, Math.max(1, Math.floor(ms))),
  silent: (): string => `flush set arp ${table} alive\nflush set ip6 ${table} alive\n`,
});

const remove = (table: string): string =>
  ["arp", "ip6"].map((family) => `table ${family} ${table}\ndelete table ${family} ${table}\n`).join("");

// Every ARP message of these is of hardware type 1, every such ICMP message of type 136: constants that a set can hold and forget.
const arpTable = (table: string): string => `table arp ${table} {
  set fenced { type ipv4_addr; }
  set ours { type ipv4_addr; }
  set alive { typeof arp htype; flags timeout; }
  chain answers {
    type filter hook output priority 0; policy accept;
    arp operation reply arp saddr ip @fenced arp saddr ip != @ours drop
    arp operation reply arp saddr ip @fenced arp htype != @alive drop
  }
}
`;

/** The target of an advertisement: nft 1.0.6 has no name for it. */
const target = "@th,64,128";
const ip6Table = (table: string): string => `table ip6 ${table} {
  set fenced { typeof ${target}; }
  set ours { typeof ${target}; }
  set alive { type icmpv6_type; flags timeout; }
  chain answers {
    type filter hook output priority 0; policy accept;
    icmpv6 type nd-neighbor-advert ${target} @fenced ${target} != @ours drop
    icmpv6 type nd-neighbor-advert ${target} @fenced icmpv6 type != @alive drop
  }
}
`;

function elements(verb: "add" | "delete", table: string, set: "fenced" | "ours", ips: readonly Ip[]): string {
  const [four, six] = [ips.filter(({ family }) => family === "IPv4"), ips.filter(({ family }) => family === "IPv6")];
  return [
    line(
      verb,
      `arp ${table} ${set}`,
      four.map(({ text }) => text),
    ),
    line(
      verb,
      `ip6 ${table} ${set}`,
      six.map(({ number }) => `0x${number.toString(16).padStart(32, "0")}`),
    ),
  ].join("");
}

const line = (verb: "add" | "delete", set: string, keys: readonly string[]): string =>
  keys.length === 0 ? "" : `${verb} element ${set} { ${keys.join(", ")} }\n`;

/** The old element goes first, and is made before that, since it may have ended this moment. */
const alive = (table: string, ms: number): string =>
  [
    ["arp", "1"],
    ["ip6", "nd-neighbor-advert"],
  ]
    .map(([family, key]) => {
      const set = `element ${family} ${table} alive`;
      return `add ${set} { ${key} timeout ${ms}ms }\ndelete ${set} { ${key} }\nadd ${set} { ${key} timeout ${ms}ms }\n`;
    })
    .join("");
