import { services } from "#api/core/service.ts";
import type { Manifest } from "#client/apply.ts";
import { resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import { showHost } from "#net/http1/authority.ts";
import { type Address, addressesOf, type Surroundings } from "./addresses.ts";
import { alignColumns } from "./columns.ts";
import { keyOf, type Patience, waitForEndpoints } from "./endpoint-wait.ts";
import { type Standpoint, tryAddresses } from "./standpoint.ts";

export interface TableOptions extends Surroundings {
  readonly standpoint: Standpoint;
  readonly patience: Patience;
}

/** How to reach each Service of the manifests, with the answer that a real request to it has just given. */
export async function exposureTable(
  transport: Transport,
  manifests: readonly Manifest[],
  options: TableOptions,
): Promise<string> {
  const applied = manifests.filter(({ kind }) => kind.group === services.group && kind.kind === services.kind);
  if (applied.length === 0) return "";
  const client = resourceClient(transport, services);
  const current = await Promise.all(applied.map(({ namespace, name }) => client.get(namespace, name)));
  const backed = current.filter(({ spec }) => spec.type !== "ExternalName");
  const backings = await waitForEndpoints(transport, backed, options.patience);
  const asked = current.flatMap((service) => {
    const backing = backings.get(keyOf(service));
    const addresses = addressesOf(service, options, backing?.kind === "pods" ? backing.targets : undefined);
    return addresses.map((address) => ({ address, because: backing?.kind === "nobody" ? backing.because : undefined }));
  });
  const tried = await tryAddresses(
    asked.flatMap(({ address, because }) => (because === undefined ? [address] : [])),
    options.standpoint,
  );
  const rows = asked.map(({ address, because }) => [
    address.service,
    address.via,
    showAddress(address),
    address.from,
    because ?? tried.get(address) ?? "",
  ]);
  return alignColumns([["SERVICE", "VIA", "ADDRESS", "REACHED FROM", "ANSWER"], ...rows]);
}

function showAddress({ host, port, protocol }: Address): string {
  if (port === 0) return host;
  const at = `${showHost(host)}:${port}`;
  return protocol === "TCP" ? at : `${at}/${protocol}`;
}
