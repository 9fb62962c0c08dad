import { ipWarnings } from "#machinery/rules/addresses.ts";
import type { EndpointSubset } from "./subset.ts";

/** Source: endpointsWarnings in pkg/registry/core/endpoint/strategy.go. */
export function* endpointsWarnings(of: { readonly subsets?: readonly EndpointSubset[] }): Iterable<string> {
  for (const [i, subset] of (of.subsets ?? []).entries())
    for (const list of ["addresses", "notReadyAddresses"] as const)
      for (const [j, { ip }] of (subset[list] ?? []).entries()) yield* ipWarnings(`subsets[${i}].${list}[${j}].ip`, ip);
}
