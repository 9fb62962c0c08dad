import type { Ip } from "#net/ip.ts";
import type { Name } from "./name.ts";
import type { Rdata, Soa } from "./record.ts";

/** How long an answer of the cluster may be kept, in seconds; "no such name" too. As CoreDNS does in a stock cluster. */
export const CLUSTER_TTL_SECONDS = 5;

/** The version of the Kubernetes DNS specification that is followed: what `dns-version.<domain>` says. */
const SPECIFICATION = "1.1.0";

/** What a zone knows of a name. `apex` is the top of the zone that it belongs to, whose SOA goes with a negative answer. */
export type Found =
  | { readonly kind: "outside" }
  | { readonly kind: "absent"; readonly apex: Name }
  | { readonly kind: "present"; readonly apex: Name; readonly records: readonly Rdata[] };

/** The same for every zone of the cluster. Nobody may transfer them, so the serial never moves. */
export const soa = (domain: Name): Soa => ({
  type: "SOA",
  primary: `ns.dns.${domain}`,
  mailbox: `hostmaster.${domain}`,
  serial: 1,
  refresh: 7200,
  retry: 1800,
  expire: 86_400,
  minimum: CLUSTER_TTL_SECONDS,
});

/** The names that are there whatever Services there are. */
export function fixedNames(domain: Name, nameServers: readonly Ip[]): ReadonlyMap<Name, readonly Rdata[]> {
  const addresses = nameServers.map((address): Rdata => ({ type: address.family === "IPv4" ? "A" : "AAAA", address }));
  return new Map<Name, readonly Rdata[]>([
    [domain, [soa(domain), { type: "NS", target: `ns.dns.${domain}` }]],
    [`dns-version.${domain}`, [{ type: "TXT", texts: [SPECIFICATION] }]],
    [`ns.dns.${domain}`, addresses],
    [`dns.${domain}`, []],
    [`svc.${domain}`, []],
    [`pod.${domain}`, []],
    [`hostport.${domain}`, []],
  ]);
}
