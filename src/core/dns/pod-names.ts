import { type Cidr, contains } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { isHostLabel, labelsOf, type Name } from "./name.ts";
import type { Rdata } from "./record.ts";

/**
 * What stands at `1-2-3-4.<namespace>.pod.<domain>`: the address that the name itself tells, where it is one of the cluster's.
 * Whether such a pod runs isn't looked up (CoreDNS: `pods insecure`). Undefined where the name isn't of this form.
 */
export function podRecords(name: Name, domain: Name, cidrs: readonly Cidr[]): readonly Rdata[] | undefined {
  const [kind, namespace = "", address, ...below] = labelsOf(name.slice(0, -domain.length)).toReversed();
  if (kind !== "pod" || !isHostLabel(namespace) || below.length > 0) return undefined;
  if (address === undefined) return [];
  const ip = parseDashedIp(address);
  if (ip === undefined || !cidrs.some((cidr) => contains(cidr, ip))) return undefined;
  return [{ type: ip.family === "IPv4" ? "A" : "AAAA", address: ip }];
}

/** An address as a label: `10-244-0-7`, `fd00--7`. */
export const dashedIp = (ip: Ip): string => ip.text.replaceAll(/[.:]/g, "-");

const parseDashedIp = (label: string): Ip | undefined =>
  parseIp(label.replaceAll("-", ".")) ?? parseIp(label.replaceAll("-", ":"));
