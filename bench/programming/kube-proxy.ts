/**
 * The rules that kube-proxy's iptables mode would have: a chain a Service, a chain an endpoint, and one list of all Services, which
 * every write contains whole, also a partial one (KEP-3453).
 */
import { endpointOf, vipOf } from "./services.ts";

const chainId = (n: number): string => n.toString(36).toUpperCase().padStart(16, "0");
const serviceChain = (n: number): string => `KUBE-SVC-${chainId(n)}`;
const endpointChain = (n: number, which: number): string => `KUBE-SEP-${chainId(2 * n + which)}`;

const dispatch = (n: number): string =>
  `-A KUBE-SERVICES -m comment --comment "default/s${n} cluster IP" -m tcp -p tcp -d ${vipOf(n)}/32 --dport 80 -j ${serviceChain(n)}`;

function serviceRules(n: number, addresses: readonly string[]): readonly string[] {
  return [
    `-A ${serviceChain(n)} -m comment --comment "default/s${n} cluster IP" -m tcp -p tcp -d ${vipOf(n)}/32 --dport 80 ! -s 10.128.0.0/9 -j KUBE-MARK-MASQ`,
    `-A ${serviceChain(n)} -m comment --comment "default/s${n} -> ${addresses[0]}:8080" -m statistic --mode random --probability 0.5000000000 -j ${endpointChain(n, 0)}`,
    `-A ${serviceChain(n)} -m comment --comment "default/s${n} -> ${addresses[1]}:8080" -j ${endpointChain(n, 1)}`,
    ...addresses.flatMap((address, which) => [
      `-A ${endpointChain(n, which)} -m comment --comment "default/s${n}" -s ${address}/32 -j KUBE-MARK-MASQ`,
      `-A ${endpointChain(n, which)} -m comment --comment "default/s${n}" -m tcp -p tcp -j DNAT --to-destination ${address}:8080`,
    ]),
  ];
}

const chainsOf = (n: number): readonly string[] =>
  [serviceChain(n), endpointChain(n, 0), endpointChain(n, 1)].map((name) => `:${name} - [0:0]`);

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** For `iptables-restore`. */
export function wholeTable(count: number): string {
  const all = numbers(count);
  return [
    "*nat",
    ":KUBE-SERVICES - [0:0]",
    ":KUBE-MARK-MASQ - [0:0]",
    ...all.flatMap(chainsOf),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    "-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000",
    ...all.map(dispatch),
    ...all.flatMap((n) => serviceRules(n, [endpointOf(n, 0), endpointOf(n, 1)])),
    "COMMIT\n",
  ].join("\n");
}

/** For `iptables-restore --noflush`: one Service's endpoints are these now. */
export function partialTable(count: number, n: number, addresses: readonly string[]): string {
  return [
    "*nat",
    ":KUBE-SERVICES - [0:0]",
    ...chainsOf(n),
    ...numbers(count).map(dispatch),
    ...serviceRules(n, addresses),
    "COMMIT\n",
  ].join("\n");
}
