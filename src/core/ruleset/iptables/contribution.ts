import { blockOf, contains } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import type { ServiceEntry } from "../../services/service-map.ts";
import type { ChainNames } from "./names.ts";
import type { Place, RowClaim } from "./row-claim.ts";
import { type Chain, rule, to, toPort } from "./rule.ts";
import { ServiceChains } from "./service-chains.ts";

/** Everything that one Service has in the rules of one node. */
export interface Contribution {
  readonly chains: readonly (Chain & { readonly family: IpFamily })[];
  readonly rows: readonly RowClaim[];
}

/** The chains and rows of one Service, of both families. */
export function contributionOf(entry: ServiceEntry, place: Place, names: ChainNames): Contribution {
  const rows = [...entry.addresses.flatMap((address) => addressRow(entry.name, address, place)), ...healthRows(entry)];
  const chains: (Chain & { readonly family: IpFamily })[] = [];
  for (const family of ["IPv4", "IPv6"] as const) {
    const making = new ServiceChains(family, place, names);
    for (const frontend of entry.frontends) if (frontend.family === family) making.add(frontend);
    rows.push(...making.rows);
    chains.push(...making.chains().map((chain) => ({ ...chain, family })));
  }
  return { chains, rows };
}

// Whoever balances over the nodes must be able to ask, whatever other rules say; so kube-proxy has it.
const healthRows = ({ name, health }: ServiceEntry): readonly RowClaim[] =>
  health === undefined
    ? []
    : (["IPv4", "IPv6"] as const).map((family) => ({
        list: "health",
        family,
        at: { protocol: "TCP", port: health.port },
        order: "",
        rule: rule(`${name} health check node port`, toPort("TCP", health.port), { do: "accept" }),
        keys: [`health ${health.port}`],
      }));

/** What still has the address of a Service when it is filtered was sent to a port that the Service doesn't have. */
function addressRow(name: string, { ip, ours }: ServiceEntry["addresses"][number], place: Place): readonly RowClaim[] {
  const inRange = place.serviceCidrs.some((block) => contains(block, ip));
  const known = place.serviceCidrs.some(({ family }) => family === ip.family);
  if (!known || (!inRange && !ours)) return [];
  const comment = ours ? `${name} has no such port` : `${name} is served by another proxy`;
  return [
    {
      list: inRange ? "unused" : "refused",
      family: ip.family,
      at: ip,
      order: ours ? "~ ours" : "~ theirs",
      rule: rule(comment, [to(blockOf(ip))], { do: ours ? "reject" : "return" }),
      // An address of ours is ours, whoever else names it.
      keys: [ours ? `address ${ip.text}` : `other ${ip.text}`],
    },
  ];
}
