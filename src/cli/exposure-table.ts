import { setTimeout as sleep } from "node:timers/promises";
import { services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { Manifest } from "#client/apply.ts";
import { informer } from "#client/informer.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { type Address, addressesOf, type Surroundings } from "./addresses.ts";
import { alignColumns } from "./columns.ts";
import { tryAddress } from "./try-address.ts";

export interface TableOptions extends Surroundings {
  /** Where the cluster's names are answered. */
  readonly dnsServer: string;
  /** How long pods may take until something answers. */
  readonly patienceSeconds: number;
}

/** How to reach each Service of the manifests, with the answer that a real request to it has just given. */
export async function exposureTable(
  transport: Transport,
  manifests: readonly Manifest[],
  options: TableOptions,
): Promise<string> {
  const applied = manifests.filter(({ kind }) => kind === services);
  if (applied.length === 0) return "";
  const client = resourceClient(transport, services);
  const current = await Promise.all(applied.map(({ namespace, name }) => client.get(namespace, name)));
  const waiting = current.filter(({ spec }) => spec.selector !== undefined);
  await endpointsOf(
    transport,
    waiting.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    options.patienceSeconds,
  );
  const addresses = current.flatMap((service) => addressesOf(service, options));
  const answers = await Promise.all(addresses.map((address) => tryAddress(address, options.dnsServer)));
  const rows = addresses.map((address, i) => [
    address.service,
    address.via,
    showAddress(address),
    address.from,
    answers[i] ?? "",
  ]);
  return alignColumns([["SERVICE", "VIA", "ADDRESS", "REACHED FROM", "ANSWER"], ...rows]);
}

function showAddress({ host, port, protocol }: Address): string {
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return protocol === "TCP" ? at : `${at}/${protocol}`;
}

/** Waits until every one of the Services has a ready endpoint, or time is up. */
async function endpointsOf(transport: Transport, keys: readonly string[], seconds: number): Promise<void> {
  const waiting = new Set(keys);
  if (waiting.size === 0) return;
  const slices = informer(transport, endpointSlices);
  const all = Promise.withResolvers<void>();
  slices.onChange((_, slice) => {
    if (slice === undefined || !slice.endpoints.some(({ conditions }) => conditions.ready !== false)) return;
    waiting.delete(serviceKey(slice));
    if (waiting.size === 0) all.resolve();
  });
  slices.start();
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([all.promise, late]);
  stop.abort();
  slices.stop();
}

const serviceKey = ({ metadata }: EndpointSlice): string =>
  `${metadata.namespace}/${metadata.labels?.["kubernetes.io/service-name"] ?? ""}`;
