import { blockOf } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import { macOf } from "#net/mac.ts";
import { batchText } from "../ip.ts";
import { quote } from "../shell.ts";
import type { SandboxPlan } from "./plan.ts";

/** Every pod's way out: an address on no link, since the pod's neighbour entry is static. */
const gateways = { IPv4: "169.254.1.1", IPv6: "fe80::1" };
/** Our end of every veth pair has this address, so that pods need not ask for it. */
const ourMac = "ee:ee:ee:ee:ee:ee";

/**
 * What runs in the new namespaces of a sandbox: names it, and connects it by a veth pair, the pod's side and then ours in one
 * batch each. `ours` is the path of our network namespace.
 */
export function sandboxScript(plan: SandboxPlan, link: string | undefined, ours: string): string {
  const lines = ["set -e"];
  if (plan.network !== "host") {
    lines.push(`echo ${quote(plan.hostname)} > /proc/sys/kernel/hostname`);
    const defaults = { "net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647" };
    for (const [name, value] of Object.entries({ ...defaults, ...plan.sysctls })) lines.push(sysctlLine(name, value));
  } else {
    for (const [name, value] of Object.entries(plan.sysctls)) lines.push(sysctlLine(name, value));
  }
  if (plan.network !== "host" && link !== undefined) {
    lines.push(`ip -batch - <<'END'\n${batchText(podSide(plan.network, link, ours))}END`);
    lines.push(`nsenter --net=${quote(ours)} ip -batch - <<'END'\n${batchText(nodeSide(plan.network, link))}END`);
  }
  return lines.join("\n");
}

const sysctlLine = (name: string, value: string): string =>
  `printf %s ${quote(value)} > ${quote(`/proc/sys/${name.replaceAll(".", "/")}`)}`;

function podSide(addresses: readonly Ip[], link: string, ours: string): readonly string[] {
  const [first] = addresses;
  const mac = first === undefined ? "" : ` address ${macOf(first)}`;
  return [
    `link add eth0${mac} type veth peer name ${link} address ${ourMac} netns ${ours}`,
    "link set lo up",
    "link set eth0 up",
    ...addresses.flatMap((ip) => {
      const gateway = gateways[ip.family];
      return ip.family === "IPv4"
        ? [
            `addr add ${ip.text}/32 dev eth0`,
            `route add ${gateway} dev eth0 scope link`,
            `neigh replace ${gateway} lladdr ${ourMac} dev eth0 nud permanent`,
            `route add default via ${gateway} dev eth0`,
          ]
        : [
            `addr add ${ip.text}/128 dev eth0 nodad`,
            `neigh replace ${gateway} lladdr ${ourMac} dev eth0 nud permanent`,
            `route add default via ${gateway} dev eth0`,
          ];
    }),
  ];
}

// `replace`: the link of the pod that had the address before may take a moment to go, and its route with it.
function nodeSide(addresses: readonly Ip[], link: string): readonly string[] {
  const [first] = addresses;
  return [
    `link set ${link} up`,
    ...addresses.flatMap((ip) => [
      `route replace ${blockOf(ip).text} dev ${link}${ip.family === "IPv4" ? " scope link" : ""}`,
      ...(first === undefined ? [] : [`neigh replace ${ip.text} lladdr ${macOf(first)} dev ${link} nud permanent`]),
    ]),
  ];
}
