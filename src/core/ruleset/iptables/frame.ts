import { blockOf, type Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import type { Surroundings } from "../frame.ts";
import type { NodeAddresses } from "../node-table.ts";
import {
  type Builtin,
  type Chain,
  from,
  type Jump,
  jump,
  type Match,
  type Rule,
  rule,
  type TableName,
  to,
} from "./rule.ts";
import { markOutsiders } from "./service-rules.ts";

const fresh: Match = { is: "state", state: "NEW" };

/**
 * The rules in chains that everybody shares, each to a chain of ours, in the order in which they stand there. Kubernetes' own as
 * kube-proxy puts them (iptablesJumpChains in pkg/proxy/iptables/proxier.go), before everybody else's; KUBE-EXTERNAL-SERVICES also on
 * the way out, so that the node itself hears a refusal too.
 */
export function jumpsOf(around: Surroundings, family: IpFamily): readonly Jump[] {
  const { dnsAddresses, clusterCidrs, serviceCidrs, masqueradesPods } = around;
  const [pods, services] = [ofFamily(clusterCidrs, family), ofFamily(serviceCidrs, family)];
  const filter = (at: Builtin, chain: string, comment: string, ...when: readonly Match[]): Jump => ({
    table: "filter",
    from: at,
    rule: rule(comment, when, jump(chain)),
  });
  const at = (table: TableName, where: Builtin, one: Rule): Jump => ({ table, from: where, rule: one });
  const balancers = (where: Builtin) =>
    filter(where, "KUBE-PROXY-FIREWALL", "kubernetes load balancer firewall", fresh);
  const portals = (where: Builtin) => filter(where, "KUBE-SERVICES", "kubernetes service portals", fresh);
  const outside = (where: Builtin) =>
    filter(where, "KUBE-EXTERNAL-SERVICES", "kubernetes externally-visible service portals", fresh);
  const unused = (where: Builtin) =>
    services.map((block) => filter(where, unusedChain, "addresses of services that lead nowhere", to(block), fresh));
  const natPortals = (where: Builtin) =>
    at("nat", where, rule("kubernetes service portals", [], jump("KUBE-SERVICES")));
  const dns = dnsAddresses.some((ip) => ip.family === family)
    ? (["PREROUTING", "OUTPUT"] as const).map((where) =>
        at("raw", where, rule("cluster DNS of this node", [], jump(dnsChain))),
      )
    : [];
  return [
    ...dns,
    balancers("INPUT"),
    filter("INPUT", "KUBE-NODEPORTS", "kubernetes health check service ports"),
    outside("INPUT"),
    ...(pods.length > 0 ? [filter("FORWARD", invalidChain, "packets of pods that belong to no connection")] : []),
    balancers("FORWARD"),
    filter("FORWARD", "KUBE-FORWARD", "kubernetes forwarding rules"),
    portals("FORWARD"),
    outside("FORWARD"),
    ...unused("FORWARD"),
    balancers("OUTPUT"),
    portals("OUTPUT"),
    outside("OUTPUT"),
    ...unused("OUTPUT"),
    natPortals("PREROUTING"),
    natPortals("OUTPUT"),
    at("nat", "POSTROUTING", rule("kubernetes postrouting rules", [], jump("KUBE-POSTROUTING"))),
    ...(pods.length > 0 && masqueradesPods
      ? [at("nat", "POSTROUTING", rule("pods that leave the cluster", [], jump(leavingChain)))]
      : []),
  ];
}

export const unusedChain = "PORTOLAN-SERVICES";
const dnsChain = "PORTOLAN-DNS";
const invalidChain = "PORTOLAN-INVALID";
const leavingChain = "PORTOLAN-POSTROUTING";
const outwardsChain = "PORTOLAN-LEAVING";

/** The chains that are always there, whatever Services there are. */
export function frameOf(around: Surroundings, family: IpFamily, { all }: NodeAddresses): readonly Chain[] {
  const pods = ofFamily(around.clusterCidrs, family);
  const nodes = all.filter((ip) => ip.family === family);
  const dns = around.dnsAddresses.filter((ip) => ip.family === family);
  return [
    ...(dns.length > 0 ? [{ table: "raw", name: dnsChain, rules: dns.flatMap(dnsRules) } as const] : []),
    ...(pods.length > 0 ? [{ table: "filter", name: invalidChain, rules: invalidRules(pods) } as const] : []),
    { table: "filter", name: "KUBE-FORWARD", rules: forwardRules },
    { table: "nat", name: "KUBE-MARK-MASQ", rules: [rule(undefined, [], { do: "mark" })] },
    ...(pods.length > 1 ? [{ table: "nat", name: markOutsiders, rules: outsiderRules(pods) } as const] : []),
    { table: "nat", name: "KUBE-POSTROUTING", rules: postroutingRules },
    ...(pods.length > 0 && around.masqueradesPods ? leavingChains(pods, nodes) : []),
  ];
}

// What the node answers itself needs no memory of who asked.
function dnsRules(ip: Ip): readonly Rule[] {
  const block = blockOf(ip);
  return (["UDP", "TCP"] as const).flatMap((protocol) => {
    const port = { is: "port", first: 53, last: 53 } as const;
    return [
      rule(undefined, [{ is: "protocol", protocol }, to(block), { ...port, end: "destination" }], { do: "notrack" }),
      rule(undefined, [{ is: "protocol", protocol }, from(block), { ...port, end: "source" }], { do: "notrack" }),
    ];
  });
}

// An answer of a pod that connection tracking calls invalid would pass untranslated, and the client would reset the connection
// (kubernetes issue 74839). Kube-proxy drops everybody's such packets; other people's are none of our business.
const invalidRules = (pods: readonly Cidr[]): readonly Rule[] =>
  pods.flatMap((block) =>
    [from(block), to(block)].map((end) => rule(undefined, [end, { is: "state", state: "INVALID" }], { do: "drop" })),
  );

const forwardRules: readonly Rule[] = [
  rule("kubernetes forwarding rules", [{ is: "marked", not: false }], { do: "accept" }),
  rule("kubernetes forwarding conntrack rule", [{ is: "state", state: "RELATED,ESTABLISHED" }], { do: "accept" }),
];

const postroutingRules: readonly Rule[] = [
  rule(undefined, [{ is: "marked", not: true }], { do: "return" }),
  rule(undefined, [], { do: "unmark" }),
  rule("kubernetes service traffic requiring SNAT", [], { do: "masquerade" }),
];

const outsiderRules = (pods: readonly Cidr[]): readonly Rule[] => [
  ...pods.map((block) => rule(undefined, [from(block)], { do: "return" })),
  rule(undefined, [], jump("KUBE-MARK-MASQ")),
];

/** Addresses of pods mean nothing outside the cluster; its nodes know them. */
function leavingChains(pods: readonly Cidr[], nodes: readonly Ip[]): readonly Chain[] {
  return [
    {
      table: "nat",
      name: leavingChain,
      rules: pods.map((block) => rule(undefined, [from(block)], jump(outwardsChain))),
    },
    {
      table: "nat",
      name: outwardsChain,
      rules: [
        ...[...pods, ...nodes.map(blockOf)].map((block) => rule(undefined, [to(block)], { do: "return" })),
        rule(undefined, [], { do: "masquerade" }),
      ],
    },
  ];
}

export const ofFamily = (cidrs: readonly Cidr[], family: IpFamily): readonly Cidr[] =>
  cidrs.filter((cidr) => cidr.family === family);
