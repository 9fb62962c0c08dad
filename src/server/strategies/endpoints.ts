import { endpoints } from "#api/core/endpoints.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { contains } from "#net/cidr.ts";
import { parseIp } from "#net/ip.ts";
import type { ServerOptions } from "../environment.ts";
import { type ApiObject, isOf } from "../object.ts";
import { type Change, plain, type Strategy } from "./strategy.ts";

/** What stands behind a Service can't be a Service: its packets would meet the rules again, and might never leave them. */
export const endpointsStrategy: Strategy = { ...plain, problems: clusterIpProblems };

function* clusterIpProblems({ next }: Change, { serviceRanges }: ServerOptions): Iterable<FieldProblem> {
  for (const [path, address] of addressesOf(next)) {
    const ip = parseIp(address);
    const range = ip && serviceRanges.find((one) => contains(one, ip));
    if (range !== undefined)
      yield invalidField(path, address, `may not be in the range of cluster IPs (${range.text})`);
  }
}

type Named = readonly [path: string, address: string];

function* addressesOf(object: ApiObject): Iterable<Named> {
  if (isOf(endpointSlices, object)) {
    for (const [i, { addresses }] of object.endpoints.entries())
      for (const [j, address] of addresses.entries()) yield [`endpoints[${i}].addresses[${j}]`, address];
  } else if (isOf(endpoints, object)) {
    for (const [i, subset] of (object.subsets ?? []).entries())
      for (const list of ["addresses", "notReadyAddresses"] as const)
        for (const [j, { ip }] of (subset[list] ?? []).entries()) yield [`subsets[${i}].${list}[${j}].ip`, ip];
  }
}
