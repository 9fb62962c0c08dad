import { services } from "#api/core/service.ts";
import { managedByLabel, serviceNameLabel } from "#api/discovery/endpoint-slice/labels.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { Backoff } from "#client/backoff.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { nodesWithEndpoints } from "#core/addresses/load-balancer/announcement.ts";
import type { Finding, RouteTable } from "#core/routes/route-table.ts";
import { type StreamPort, streamService, streamWriter } from "#core/routes/stream-service.ts";
import { changesOf, everything, type Failure, type Loop, loop } from "../loop.ts";

export interface StreamsOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  /** The Service before the controller: `namespace/name`. */
  readonly front: string;
  /** undefined before anything is served: nothing is touched then. */
  readonly served: () => RouteTable | undefined;
  readonly tell: (findings: readonly Finding[]) => void;
  readonly backoff: Backoff;
  readonly failed: (failure: Failure) => void;
}

/** Keeps the Service before the controller open for the ports that are served. To be enqueued whenever another table is. */
export function keepStreams({ transport, informers, front, served, tell, backoff, failed }: StreamsOptions): Loop {
  const { namespace, name } = placeOf(front);
  const fronts = informers.of(services, { namespace, fieldSelector: `metadata.name=${name}` });
  const labelSelector = `${serviceNameLabel}=${name},${managedByLabel}=${streamWriter}`;
  const own = informers.of(endpointSlices, { namespace, labelSelector });
  const slices = readingOwnWrites(resourceClient(transport, endpointSlices), own);
  const others = informers.of(endpointSlices, { namespace, labelSelector: controllerSlices(name) });
  const fronting = readingOwnWrites(resourceClient(transport, services), fronts);
  return loop({
    name: "ingress streams",
    sources: [
      changesOf(fronts, () => [everything]),
      changesOf(own, () => [everything]),
      changesOf(others, () => [everything]),
    ],
    plan() {
      const [table, service] = [served(), fronts.get(namespace, name)];
      if (table === undefined || service === undefined) return undefined;
      const nodes = nodesWithEndpoints(others.list());
      return { uid: service.metadata.uid, ...streamService(table, { service, slices: own.list(), nodes }) };
    },
    async apply({ uid, ports, write, remove, findings }) {
      tell(findings);
      if (ports !== undefined)
        await fronting.apply(namespace, name, { object: withPorts({ namespace, name, uid }, ports), by: streamWriter });
      for (const object of write) await slices.apply(namespace, object.metadata.name, { object, by: streamWriter });
      for (const { metadata } of remove)
        await slices.delete(namespace, metadata.name, { preconditions: { uid: metadata.uid } });
      return undefined;
    },
    parallel: 1,
    backoff,
    failed,
  });
}

/** Selects those EndpointSlices of the Service before the controller that controllers stand in. */
export const controllerSlices = (service: string): string =>
  `${serviceNameLabel}=${service},${managedByLabel}!=${streamWriter}`;

/** With the uid, no Service is made where it has just been deleted. Without ports, nothing is said of the spec any more. */
const withPorts = (
  metadata: { readonly namespace: string; readonly name: string; readonly uid: string },
  ports: readonly StreamPort[],
) => ({ metadata, ...(ports.length > 0 && { spec: { ports } }) });
