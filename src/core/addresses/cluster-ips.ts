import type { Service } from "#api/core/service.ts";
import { invalidField } from "#machinery/field-problem.ts";
import type { Cidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import type { Assignment } from "./assignment.ts";
import { addressAt, addressPool, choose, isUsable } from "./pool.ts";
import { type Facts, isHeadless, needsClusterIp, rangesOf } from "./taken.ts";

/**
 * One address a family of the Service; those that it asks for by name, or holds already, as they are. Another one in the place of one
 * that it holds is nothing to be given: the rules for updates refuse it.
 */
export function assignClusterIps(service: Service, old: Service | undefined, facts: Facts): Assignment {
  if (!needsClusterIp(service) || isHeadless(service)) return { kind: "assigned", service };
  const { ipFamilies = [], clusterIPs: wanted = [] } = service.spec;
  const held = old?.spec.clusterIPs ?? [];
  const clusterIPs: string[] = [];
  for (const [i, family] of ipFamilies.entries()) {
    const ranges = rangesOf(facts, family === "IPv6" ? "IPv6" : "IPv4");
    const address = wanted[i] ?? "";
    if (address !== "" && (held.includes(address) || i < held.length)) clusterIPs.push(address);
    else if (ranges.length === 0) return exhausted(`no range for ${family}`);
    else if (address === "") {
      const chosen = chooseAddress(ranges, facts);
      if (chosen === undefined) return exhausted("range is full");
      clusterIPs.push(chosen);
    } else {
      const trouble = troubleWith(address, ranges, facts);
      if (trouble !== undefined) return refused(wanted, `failed to allocate IP ${address}: ${trouble}`);
      clusterIPs.push(parseIp(address)?.text ?? address);
    }
  }
  const [clusterIP] = clusterIPs;
  return {
    kind: "assigned",
    service: { ...service, spec: { ...service.spec, ...(clusterIP !== undefined && { clusterIP }), clusterIPs } },
  };
}

function chooseAddress(ranges: readonly Cidr[], { isAddressTaken, random }: Facts): string | undefined {
  for (const range of ranges) {
    const number = choose(addressPool(range), (candidate) => isAddressTaken(addressAt(range, candidate).text), random);
    if (number !== undefined) return addressAt(range, number).text;
  }
  return undefined;
}

function troubleWith(address: string, ranges: readonly Cidr[], { isAddressTaken }: Facts): string | undefined {
  const ip = parseIp(address);
  if (ip === undefined || !ranges.some((range) => isUsable(range, ip)))
    return `provided IP is not in the valid range. The range of valid IPs is ${ranges.map(({ text }) => text).join(", ")}`;
  return isAddressTaken(ip.text) ? "provided IP is already allocated" : undefined;
}

const refused = (wanted: readonly string[], detail: string): Assignment => ({
  kind: "refused",
  problems: [invalidField("spec.clusterIPs", wanted, detail)],
});
const exhausted = (why: string): Assignment => ({
  kind: "exhausted",
  message: `failed to allocate a serviceIP: ${why}`,
});
