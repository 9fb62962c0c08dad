import { createHash } from "node:crypto";
import type { Surroundings } from "#core/ruleset/frame.ts";
import { NodeChains } from "#core/ruleset/iptables/node-chains.ts";
import { printRestore } from "#core/ruleset/iptables/print.ts";
import { difference, parseSaved } from "#core/ruleset/iptables/saved.ts";
import { NodeTable } from "#core/ruleset/node-table.ts";
import { entryOf } from "#core/services/entry.ts";
import { mustCidr } from "#net/cidr.ts";
import { partialTable, wholeTable } from "../programming/kube-proxy.ts";
import { endpointOf, serviceOf, sliceOf, vipOf } from "../programming/services.ts";

/** Of the last Service, which the bench asks; the others' are nowhere. */
const backends = ["10.2.0.2", "10.2.0.3"];
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const endpointsOf = (n: number, count: number): readonly string[] =>
  n === count - 1 ? backends : [endpointOf(n, 0), endpointOf(n, 1)];

const around: Surroundings = {
  families: ["IPv4"],
  clusterCidrs: [mustCidr("10.0.0.0/10")],
  serviceCidrs: [mustCidr("10.96.0.0/12")],
  masqueradesPods: true,
  dnsAddresses: [],
};
const facts = { nodeName: "node-1", zone: undefined, families: ["IPv4"] } as const;
const entriesOf = (count: number) =>
  new Map(
    numbers(count).map(
      (n) => [`default/s${n}`, entryOf(serviceOf(n), [sliceOf(n, endpointsOf(n, count))], facts)] as const,
    ),
  );

/** Our table for so many Services. */
export function ourTable(count: number): string {
  const table = new NodeTable({ table: "portolan", nodeName: "node-1", around });
  table.change(entriesOf(count));
  return table.printAll();
}

/** Our chains for so many Services, for `iptables-restore --noflush`. */
export function ourChains(count: number): string {
  const chains = new NodeChains({ around, sha256: (text) => createHash("sha256").update(text).digest() });
  chains.change(entriesOf(count));
  return chains.families.map((one) => printRestore(difference(one, parseSaved("")))).join("");
}

/** Kube-proxy's chains for them: one list of all Services. */
export const peerChains = (count: number): string => wholeTable(count) + partialTable(count, count - 1, backends);

/** The same in the layout of kube-proxy's nftables mode (KEP-3866): a chain a Service and a chain an endpoint. */
export function peerTable(count: number): string {
  const all = numbers(count);
  const endpointChains = all.flatMap((n) =>
    endpointsOf(n, count).map(
      (ip, which) =>
        ` chain endpoint-${n}-${which} { ip saddr ${ip} jump mark-for-masquerade; meta l4proto tcp dnat to ${ip}:8080; }`,
    ),
  );
  const serviceChains = all.map(
    (n) =>
      ` chain service-${n} { ip daddr ${vipOf(n)} tcp dport 80 ip saddr != 10.0.0.0/10 jump mark-for-masquerade; ` +
      `numgen random mod 2 vmap { 0 : goto endpoint-${n}-0, 1 : goto endpoint-${n}-1 }; }`,
  );
  return `table ip kube-proxy {
 set cluster-ips { type ipv4_addr; elements = { ${all.map(vipOf).join(", ")} }; }
 map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }
 map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
 map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
 map service-nodeports { type inet_proto . inet_service : verdict; }
 set nodeport-ips { type ipv4_addr; elements = { 10.1.0.1 }; }
 chain mark-for-masquerade { meta mark set meta mark or 0x4000; }
${endpointChains.join("\n")}
${serviceChains.join("\n")}
 map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { ${all.map((n) => `${vipOf(n)} . tcp . 80 : goto service-${n}`).join(", ")} }; }
 chain services { ip daddr . meta l4proto . th dport vmap @service-ips; ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports; }
 chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }
 chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }
 chain cluster-ips-check { ip daddr @cluster-ips reject; ip daddr 10.96.0.0/12 drop; }
 chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
 chain nat-output { type nat hook output priority -100; jump services; }
 chain nat-postrouting { type nat hook postrouting priority srcnat; meta mark & 0x4000 == 0 return; meta mark set meta mark xor 0x4000; masquerade fully-random; }
 chain filter-prerouting-pre-dnat { type filter hook prerouting priority -110; ct state new jump firewall-check; }
 chain filter-forward { type filter hook forward priority -110; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
}
`;
}
