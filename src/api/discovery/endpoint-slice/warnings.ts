import { ipWarnings } from "#machinery/rules/addresses.ts";
import type { Endpoint } from "./endpoint.ts";

interface Subject {
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
}

/** Source: warnOnDeprecatedAddressType and warnOnBadIPs in pkg/registry/discovery/endpointslice/strategy.go. */
export function* endpointSliceWarnings({ addressType, endpoints }: Subject): Iterable<string> {
  if (addressType === "FQDN") yield "spec.addressType: FQDN endpoints are deprecated";
  else
    for (const [i, { addresses }] of endpoints.entries())
      for (const [j, address] of addresses.entries()) yield* ipWarnings(`endpoints[${i}].addresses[${j}]`, address);
}
