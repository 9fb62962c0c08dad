import type { Service } from "#api/core/service.ts";
import type { EndpointHints } from "#api/discovery/endpoint-slice.ts";

/** Where an endpoint is; undefined: not known. */
export interface Whereabouts {
  readonly ready: boolean;
  readonly zone: string | undefined;
  readonly nodeName: string | undefined;
}

/**
 * For whom an endpoint is near, where the Service wishes for near ones: its own zone, and its own node where that is asked for.
 * undefined: for everybody. An endpoint that isn't ready gets no hint. Source: KEP-4444, KEP-3015; k8s.io/endpointslice/trafficdist.
 */
export function hintsFor({ spec }: Service, { ready, zone, nodeName }: Whereabouts): EndpointHints | undefined {
  if (spec.trafficDistribution === undefined || !ready) return undefined;
  const forNodes = spec.trafficDistribution === "PreferSameNode" && nodeName !== undefined;
  if (zone === undefined && !forNodes) return undefined;
  return {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(forNodes && { forNodes: [{ name: nodeName }] }),
  };
}
