import { mustIp } from "#net/ip.ts";
import { macOf } from "#net/mac.ts";
import { run } from "#os/spawn.ts";
import type { Answer, Request } from "./agent-words.ts";
import { type IptablesOf, iptablesOf } from "./iptables-world.ts";
import { type LineProgram, lineProgram } from "./line-program.ts";

/**
 * A node, pods on it, a pod on another node and a host outside: a namespace each, wired as the node agent wires pods. The node's
 * namespace is where a table under test is loaded.
 *
 *     pods .5 .7 .8 .9 ── node (192.0.2.1) ── node-2 (192.0.2.2, pod 10.244.1.7)
 *                                         └── outside (192.0.2.9)
 */
export interface World extends AsyncDisposable {
  /** The node's namespace, for `ip netns exec`. */
  readonly node: string;
  /** Asks from the host that has this address; rejects where no host has it. */
  readonly ask: (from: string, request: Ask) => Promise<readonly string[]>;
  /** Loads a table into the node, by `nft -f -`. */
  readonly load: (text: string) => Promise<void>;
  readonly iptables: IptablesOf;
  readonly exec: (...argv: readonly [string, ...string[]]) => Promise<string>;
}

export interface Ask {
  readonly protocol: "TCP" | "UDP";
  readonly to: string;
  readonly port: number;
  readonly times?: number;
  readonly from?: number;
  readonly together?: number;
  readonly patienceMs?: number;
}

interface Host {
  readonly label: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly via: "pod" | "lan";
}

/** The node has a second address of each family, which its Node object doesn't tell of. */
export const nodeHost: Host & { readonly other4: string; readonly other6: string } = {
  label: "node",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  other4: "198.51.100.1",
  other6: "2001:db8:1::1",
  via: "lan",
};
const hosts: readonly Host[] = [
  ...[5, 7, 8, 9].map((n): Host => ({ label: `pod${n}`, ipv4: `10.244.0.${n}`, ipv6: `fd00:244::${n}`, via: "pod" })),
  { label: "other", ipv4: "10.244.1.7", ipv6: "fd00:244:1::7", via: "lan" },
  { label: "outside", ipv4: "192.0.2.9", ipv6: "2001:db8::9", via: "lan" },
];
/** Where every host listens, TCP and UDP; on the node what a pod on its own network would have. */
const serverPorts = [80, 8080, 8443];
const nodePorts = [8080];
const nodeMac = "ee:ee:ee:ee:ee:ee";

export async function makeWorld(): Promise<World> {
  const prefix = `ptlt-${process.pid}`;
  const space = ({ label }: Host) => `${prefix}-${label}`;
  await using unlessDone = new AsyncDisposableStack();
  for (const host of [nodeHost, ...hosts]) {
    await run(["ip", "netns", "add", space(host)]);
    unlessDone.defer(async () => void (await run(["ip", "netns", "delete", space(host)])));
  }
  await wire(space);
  const agents = new Map<string, Agent>();
  for (const host of [nodeHost, ...hosts]) {
    const agent = startAgent(space(host), host);
    unlessDone.defer(agent.stop);
    for (const address of [host.ipv4, host.ipv6]) agents.set(address, agent);
  }
  const ofNode = agents.get(nodeHost.ipv4);
  if (ofNode !== undefined) for (const address of [nodeHost.other4, nodeHost.other6]) agents.set(address, ofNode);
  const listening = [nodeHost, ...hosts].flatMap((host) =>
    (host === nodeHost ? nodePorts : serverPorts).map((listen) => agents.get(host.ipv4)?.ask({ listen })),
  );
  await Promise.all(listening);
  const owned = unlessDone.move();
  const node = space(nodeHost);
  return {
    node,
    async ask(from, { times = 1, from: port = 0, together = 1, patienceMs = 2000, ...rest }) {
      const agent = agents.get(from);
      if (agent === undefined) throw new RangeError(`no host has the address ${from}`);
      return (await agent.ask({ ...rest, times, together, from: port, patienceMs })).said;
    },
    load: async (text) => void (await run(["ip", "netns", "exec", node, "nft", "-f", "-"], { input: text })),
    iptables: iptablesOf(node),
    exec: async (...argv) => (await run(["ip", "netns", "exec", node, ...argv])).stdout,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** One batch a namespace: the node's first, since it makes the pairs. */
async function wire(space: (host: Host) => string): Promise<void> {
  const batch = (host: Host, lines: readonly string[]) =>
    run(["ip", "-n", space(host), "-batch", "-"], { input: `${lines.join("\n")}\n` });
  await batch(nodeHost, [
    "link set lo up",
    ...hosts.flatMap((host) => [
      `link add ${host.label} address ${nodeMac} type veth peer name eth0 address ${macOf(mustIp(host.ipv4))} netns ${space(host)}`,
      `link set ${host.label} up`,
      `route add ${host.ipv4}/32 dev ${host.label}`,
      `neigh replace ${host.ipv4} lladdr ${macOf(mustIp(host.ipv4))} dev ${host.label} nud permanent`,
      `route add ${host.ipv6}/128 dev ${host.label}`,
      `neigh replace ${host.ipv6} lladdr ${macOf(mustIp(host.ipv4))} dev ${host.label} nud permanent`,
    ]),
    // The LAN's address is on the first link to it; the default route is where service addresses would go without rules.
    `addr add ${nodeHost.ipv4}/32 dev outside`,
    `addr add ${nodeHost.ipv6}/128 dev outside nodad`,
    `addr add ${nodeHost.other4}/32 dev outside`,
    `addr add ${nodeHost.other6}/128 dev outside nodad`,
    `route add default via 192.0.2.9 dev outside src ${nodeHost.ipv4}`,
    `route add default via 2001:db8::9 dev outside src ${nodeHost.ipv6}`,
  ]);
  for (const host of hosts)
    await batch(host, [
      "link set lo up",
      "link set eth0 up",
      `addr add ${host.ipv4}/32 dev eth0`,
      `addr add ${host.ipv6}/128 dev eth0 nodad`,
      "route add 169.254.1.1 dev eth0 scope link",
      `neigh replace 169.254.1.1 lladdr ${nodeMac} dev eth0 nud permanent`,
      `neigh replace fe80::1 lladdr ${nodeMac} dev eth0 nud permanent`,
      "route add default via 169.254.1.1 dev eth0",
      "route add default via fe80::1 dev eth0",
      // Where packets for service addresses come to if the node lets them pass.
      ...(host.label === "outside" ? ["addr add 10.96.0.30/32 dev eth0"] : []),
    ]);
  const forwarding = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"];
  // Refusals by ICMP are counted here, not spared.
  const unsparing = ["net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_ratemask=0", "net.ipv6.icmp.ratelimit=0"];
  await run(["ip", "netns", "exec", space(nodeHost), "sysctl", "-qw", ...forwarding, ...unsparing]);
}

type Agent = LineProgram<Request, Answer>;

function startAgent(space: string, { ipv4, ipv6 }: Host): Agent {
  const program = new URL("agent.ts", import.meta.url).pathname;
  return lineProgram(["ip", "netns", "exec", space, process.execPath, program, ipv4, ipv6]);
}
