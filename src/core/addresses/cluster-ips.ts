import type { Service } from "#api/core/service.ts";
import { invalidField } from "#machinery/field-problem.ts";
import type { Cidr } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import type { Assignment } from "./assignment.ts";
import { addressAt, addressPool, choose, isUsable } from "./pool.ts";
import { type Facts, isHeadless, needsClusterIp, rangeOf } from "./taken.ts";

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
    const range = rangeOf(facts, family === "IPv6" ? "IPv6" : "IPv4");
    const address = wanted[i] ?? "";
    if (address !== "" && (held.includes(address) || i < held.length)) clusterIPs.push(address);
    else if (range === undefined) return exhausted(`no range for ${family}`);
    else if (address === "") {
      const chosen = chooseAddress(range, facts);
      if (chosen === undefined) return exhausted("range is full");
      clusterIPs.push(chosen);
    } else {
      const trouble = troubleWith(address, range, facts);
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

function chooseAddress(range: Cidr, { isAddressTaken, random }: Facts): string | undefined {
  const number = choose(addressPool(range), (candidate) => isAddressTaken(addressAt(range, candidate).text), random);
  return number === undefined ? undefined : addressAt(range, number).text;
}

function troubleWith(address: string, range: Cidr, { isAddressTaken }: Facts): string | undefined {
  const ip = parseIp(address);
  if (ip === undefined || !isUsable(range, ip))
    return `provided IP is not in the valid range. The range of valid IPs is ${range.text}`;
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
