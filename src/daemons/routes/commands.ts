import type { TunnelEnd, Way } from "#core/nodes/ways.ts";
import type { Cidr } from "#net/cidr.ts";
import { addressBits } from "#net/ip.ts";

/** By this number the kernel's routes tell that they are ours. Source: rtnetlink(7); 5 to 255 are for routing daemons. */
export const routeProtocol = 205;

/** Source: RFC 7348, section 8. */
const vxlanPort = 4789;

/** What `ip -batch` and `bridge -batch` are to do. */
export interface Commands {
  readonly ip: readonly string[];
  readonly bridge: readonly string[];
}

/** Harmless where it is done already. `tunnel`: the link's name. */
export function layWays(ways: readonly Way[], tunnel: string): Commands {
  return {
    ip: ways.flatMap((way) =>
      way.kind === "direct"
        ? [`route replace ${way.to.text} via ${way.via.text} proto ${routeProtocol}`]
        : [
            `neigh replace ${way.to.first.text} lladdr ${way.mac} dev ${tunnel} nud permanent`,
            `route replace ${way.to.text} via ${way.to.first.text} dev ${tunnel} onlink proto ${routeProtocol}`,
          ],
    ),
    bridge: ways.flatMap((way) =>
      way.kind === "direct" ? [] : [`fdb replace ${way.mac} dev ${tunnel} dst ${way.peer.text} self permanent`],
    ),
  };
}

/** Some of it may have gone already. */
export function clearWays(ways: readonly Way[], tunnel: string): Commands {
  return {
    ip: ways.flatMap((way) => [
      removal(way.to),
      ...(way.kind === "direct" ? [] : [`neigh del ${way.to.first.text} dev ${tunnel}`]),
    ]),
    bridge: ways.flatMap((way) =>
      way.kind === "direct" ? [] : [`fdb del ${way.mac} dev ${tunnel} dst ${way.peer.text} self`],
    ),
  };
}

export const removal = ({ text }: Pick<Cidr, "text">): string => `route del ${text} proto ${routeProtocol}`;

/** The tunnel's link, made anew: what an earlier run has left may have other addresses. */
export const makeTunnel = (name: string, { vni, local, mac, sources, mtu }: TunnelEnd): readonly string[] => [
  `link add ${name} address ${mac} mtu ${mtu} type vxlan id ${vni} dstport ${vxlanPort} local ${local.text} nolearning`,
  ...sources.map(
    (ip) => `addr add ${ip.text}/${addressBits(ip.family)} dev ${name}${ip.family === "IPv6" ? " nodad" : ""}`,
  ),
  `link set ${name} up`,
];
