import { existsSync } from "node:fs";
import { addressBits, type Ip } from "#net/ip.ts";
import { macOf } from "#net/mac.ts";
import { ipBatch } from "#os/ip.ts";
import { run } from "#os/spawn.ts";
import { type Lan, machineAddresses } from "./lan.ts";
import type { Ledger } from "./ledger.ts";
import { type Names, namesOf } from "./node-network.ts";
import type { NodePlan } from "./node-plan.ts";
import { allSettled } from "./settled.ts";
import { holdSysctl } from "./sysctls.ts";

/** Where `ip netns` keeps a namespace. */
export const netnsPath = (name: string): string => `/run/netns/${name}`;

/**
 * Makes the private network with a namespace for every node, each on a cable to a bridge of this machine. What an earlier run has
 * left stays as it is, with the pods behind it.
 */
export async function makeLan(dataDir: string, lan: Lan, { nodes, ledger }: LanParts): Promise<void> {
  const names = namesOf(dataDir);
  const { bridge, lanTable } = names;
  ledger.note({ is: "lan", bridge, table: lanTable, blocks: lan.blocks.map(({ text }) => text) });
  for (const [index, { folder, name }] of nodes.entries())
    ledger.note({ is: "node", folder, netns: names.netns(name), cable: names.cable(index + 1) });
  holdSysctl("net.ipv4.ip_forward", "1", { ledger, holder: bridge });
  await Promise.all([makeLinks(lan, names, nodes), run(["nft", "-f", "-"], { input: wayOut(names, lan) })]);
  await allSettled(nodes.map((node) => settle(lan, names.netns(node.name), node)));
}

interface LanParts {
  readonly nodes: readonly NodePlan[];
  readonly ledger: Ledger;
}

async function makeLinks(lan: Lan, names: Names, nodes: readonly NodePlan[]): Promise<void> {
  const { bridge } = names;
  const isNew = !existsSync(`/proc/sys/net/ipv4/conf/${bridge}`);
  const fresh = nodes.entries().filter(([, { name }]) => !existsSync(netnsPath(names.netns(name))));
  await ipBatch([
    ...(isNew ? [`link add ${bridge} type bridge`] : []),
    ...withLengths(machineAddresses(lan), lan).map((address) => `addr replace ${address} dev ${bridge}`),
    `link set ${bridge} up`,
    ...[...fresh].flatMap(([index, { name, addresses }]) => {
      const [netns, cable] = [names.netns(name), names.cable(index + 1)];
      return [
        `netns add ${netns}`,
        `link add ${cable} type veth peer name eth0${macFor(addresses)} netns ${netns}`,
        `link set ${cable} master ${bridge} up`,
      ];
    }),
  ]);
}

/** Always the same, so that neighbours need not learn a new one where the cable is made anew. */
const macFor = ([first]: readonly Ip[]): string => (first === undefined ? "" : ` address ${macOf(first)}`);

/** With the prefix length of their block, as `ip address` wants them. */
const withLengths = (addresses: readonly Ip[], { blocks }: Lan): readonly string[] =>
  addresses.map(({ text, family }) => {
    const length = blocks.find((block) => block.family === family)?.prefixLength ?? addressBits(family);
    return `${text}/${length}${family === "IPv6" ? " nodad" : ""}`;
  });

/** Gives a namespace its address, its way out, and what a node has set in its kernel. */
async function settle(lan: Lan, netns: string, { addresses }: NodePlan): Promise<void> {
  const forwarding = lan.blocks.map(({ family }) =>
    family === "IPv4" ? "/proc/sys/net/ipv4/ip_forward" : "/proc/sys/net/ipv6/conf/all/forwarding",
  );
  const commands = [
    "link set lo up",
    ...withLengths(addresses, lan).map((address) => `addr replace ${address} dev eth0`),
    "link set eth0 up",
    ...machineAddresses(lan).map(({ text }) => `route replace default via ${text}`),
  ];
  const script = [...forwarding.map((file) => `echo 1 > ${file}`), "exec ip -batch -"].join(" && ");
  await run(["nsenter", `--net=${netnsPath(netns)}`, "sh", "-c", script], {
    input: commands.map((command) => `${command}\n`).join(""),
  });
}

/**
 * Nodes reach the world through this machine, under its address: nobody else knows theirs. What stays on the bridge is theirs alone,
 * and comes through here only where the kernel shows bridged packets to IP's hooks (br_netfilter).
 */
function wayOut({ bridge, lanTable: table }: Names, { blocks }: Lan): string {
  const rules = blocks.map(({ family, text }) => {
    const ip = family === "IPv4" ? "ip" : "ip6";
    return `    oifname != "${bridge}" ${ip} saddr ${text} ${ip} daddr != ${text} masquerade\n`;
  });
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain leaving {
    type nat hook postrouting priority srcnat;
${rules.join("")}  }
}
`;
}
