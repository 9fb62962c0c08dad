import type { Cidr } from "#net/cidr.ts";
import type { Ip, IpFamily } from "#net/ip.ts";
import { rejectRules, rule } from "./shapes.ts";
import { type Chain, type Match, type Rule, unusedPort } from "./table.ts";

/** What the rules need to know of the cluster; a change of it means a full load. */
export interface Surroundings {
  readonly families: readonly IpFamily[];
  /** Where pods have their addresses, on all nodes. */
  readonly clusterCidrs: readonly Cidr[];
  readonly serviceCidrs: readonly Cidr[];
  /** Whether pods get the node's address when they leave the cluster; where not, it is the network plugin's to do. */
  readonly masqueradesPods: boolean;
  /** Where the node itself answers DNS; port 53 there is kept out of connection tracking. */
  readonly dnsAddresses: readonly Ip[];
}

/** The chains that are always there. Both refusing chains run right after destination translation, before anybody's filters. */
export function frameOf(around: Surroundings): readonly Chain[] {
  const refusing = (at: "input" | "forward" | "output"): Chain => ({
    name: `filter-${at}`,
    lead: undefined,
    hook: { type: "filter", at, priority: -90 },
    rules: [
      rule([{ is: "state", state: "established" }], { do: "accept" }),
      rule([{ is: "translated" }], { do: "accept" }),
      ...(at === "forward" ? invalidRules(around) : []),
      ...around.families.flatMap((family) => refusalRules(around, family, at)),
    ],
  });
  const dispatch = around.families.map((family) => rule([], { do: "dispatch", map: "services", family }));
  return [
    { name: unusedPort, lead: undefined, hook: undefined, rules: rejectRules([]) },
    ...rawChains(around.dnsAddresses),
    natChain("prerouting", -100, dispatch),
    natChain("output", -100, dispatch),
    refusing("input"),
    refusing("forward"),
    refusing("output"),
    natChain("postrouting", 100, leavingRules(around)),
  ];
}

const natChain = (at: "prerouting" | "output" | "postrouting", priority: number, rules: readonly Rule[]): Chain => ({
  name: `nat-${at}`,
  lead: undefined,
  hook: { type: "nat", at, priority },
  rules,
});

// An answer of a pod that connection tracking calls invalid would pass untranslated, and the client would reset the connection
// (kubernetes issue 74839). Other people's forwarded packets are none of our business.
function invalidRules({ clusterCidrs, families }: Surroundings): readonly Rule[] {
  const invalid: Match = { is: "state", state: "invalid" };
  return families.flatMap((family) => {
    const pods = ofFamily(clusterCidrs, family);
    if (pods.length === 0) return [];
    return (["from", "to"] as const).map((is) => rule([invalid, { is, in: pods, not: false }], { do: "drop" }));
  });
}

// What still has a service address after translation was not translated: a frontend without endpoints, an unused port of an
// address that is in use, or an address that no Service has. The last would go round in circles over the default route.
function refusalRules(around: Surroundings, family: IpFamily, at: "input" | "forward" | "output"): readonly Rule[] {
  const fresh: Match = { is: "state", state: "new" };
  const known = rule([fresh], { do: "dispatch", map: "refusals", family });
  const services = ofFamily(around.serviceCidrs, family);
  // A service address on the node itself is somebody's who listens there.
  if (at === "input" || services.length === 0) return [known];
  return [
    known,
    rule([fresh, { is: "toListed", in: "addresses", family, not: false }], { do: "goto", chain: unusedPort }),
    rule([fresh, { is: "toListed", in: "others", family, not: false }], { do: "accept" }),
    rule([fresh, { is: "to", in: services, not: false }], { do: "drop" }),
  ];
}

function rawChains(dnsAddresses: readonly Ip[]): readonly Chain[] {
  if (dnsAddresses.length === 0) return [];
  const ends = ["destination", "source"] as const;
  const rules = dnsAddresses.flatMap((address) =>
    ends.map((end) => rule([{ is: "dns", end, address }], { do: "notrack" })),
  );
  return (["prerouting", "output"] as const).map((at) => ({
    name: `raw-${at}`,
    lead: undefined,
    hook: { type: "filter", at, priority: -300 },
    rules,
  }));
}

function leavingRules({ families, clusterCidrs, masqueradesPods }: Surroundings): readonly Rule[] {
  return [
    rule([{ is: "marked" }], { do: "unmark" }, { do: "masquerade" }),
    ...families.map((family) => rule([{ is: "hairpin", family }], { do: "masquerade" })),
    ...families.flatMap((family) => {
      const pods = ofFamily(clusterCidrs, family);
      if (pods.length === 0 || !masqueradesPods) return [];
      const outside: readonly Match[] = [
        { is: "from", in: pods, not: false },
        { is: "to", in: pods, not: true },
        { is: "toListed", in: "nodes", family, not: true },
      ];
      return [rule(outside, { do: "masquerade" })];
    }),
  ];
}

export const ofFamily = (cidrs: readonly Cidr[], family: IpFamily): readonly Cidr[] =>
  cidrs.filter((cidr) => cidr.family === family);
