import type { EndpointSlice, Endpoint as SliceEndpoint } from "#api/discovery/endpoint-slice.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import { isPort, type Protocol } from "#net/port.ts";
import type { Endpoint, Hints, PassedOver } from "./service-map.ts";

/** What a frontend sends to: the slices' port of this name and protocol, in one family. */
export interface Wanted {
  readonly family: IpFamily;
  readonly portName: string;
  readonly protocol: Protocol;
}

/**
 * The endpoints of one Service port, each address and port once, ordered by address. Slices carry the port's number resolved per
 * pod, so a named target port may differ from slice to slice. What can't be used is passed over; `unusableIn` says why.
 */
export function endpointsOf(slices: readonly EndpointSlice[], wanted: Wanted): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== wanted.family) continue;
    const ports = slice.ports.filter(({ name, protocol }) => name === wanted.portName && protocol === wanted.protocol);
    for (const { port } of ports) {
      if (port === undefined || !isPort(port)) continue;
      for (const endpoint of slice.endpoints) add(found, endpoint, { port, family: wanted.family });
    }
  }
  return [...found.values()].toSorted(byAddress);
}

/** The values in a slice that no endpoint is made of. A port without a number is none: it means every port, which rules can't. */
export function unusableIn({ metadata, addressType, ports, endpoints }: EndpointSlice): readonly PassedOver[] {
  if (addressType === "FQDN") return [];
  const object = { kind: "EndpointSlice", name: metadata.name } as const;
  const wrongPorts = ports.flatMap(({ port }, i): readonly PassedOver[] =>
    port === undefined || isPort(port)
      ? []
      : [{ object, field: `ports[${i}].port`, value: String(port), because: "NotAPort" }],
  );
  const wrongAddresses = endpoints.flatMap(({ addresses: [value = ""] }, i): readonly PassedOver[] => {
    const ip = parseIp(value);
    if (ip?.family === addressType) return [];
    const because = ip === undefined ? "NotAnAddress" : "UnusedFamily";
    return [{ object, field: `endpoints[${i}].addresses[0]`, value, because }];
  });
  return [...wrongPorts, ...wrongAddresses];
}

// Only the first address counts: the others of an endpoint have no meaning (discovery/v1 Endpoint.addresses).
function add(found: Map<string, Endpoint>, from: SliceEndpoint, at: { port: number; family: IpFamily }): void {
  const ip = parseIp(from.addresses[0] ?? "");
  if (ip === undefined || ip.family !== at.family) return;
  const endpoint = endpointAt(ip, at.port, from);
  const key = `${ip.text} ${at.port}`;
  const known = found.get(key);
  // While a pod moves between slices it may stand in two: the one that serves is the newer.
  if (known === undefined || rank(endpoint) < rank(known)) found.set(key, endpoint);
}

function endpointAt(ip: Ip, port: number, { conditions, nodeName, targetRef, hints }: SliceEndpoint): Endpoint {
  const pod = targetRef?.kind === "Pod" ? `${targetRef.namespace ?? ""}/${targetRef.name ?? ""}` : undefined;
  const endpoint = { ip, port, nodeName, pod, condition: conditionOf(conditions) };
  const found: Hints = {
    zones: hints?.forZones?.map(({ name }) => name) ?? [],
    nodes: hints?.forNodes?.map(({ name }) => name) ?? [],
  };
  return found.zones.length + found.nodes.length === 0 ? endpoint : { ...endpoint, hints: found };
}

/** What is absent counts as in kube-proxy: `ready` and `serving` as true, `terminating` as false. */
export function conditionOf({
  ready = true,
  serving = true,
  terminating = false,
}: SliceEndpoint["conditions"]): Endpoint["condition"] {
  if (ready) return "ready";
  if (!terminating) return "notReady";
  return serving ? "servingTerminating" : "terminating";
}

const order: readonly Endpoint["condition"][] = ["ready", "servingTerminating", "notReady", "terminating"];
const rank = ({ condition }: Endpoint): number => order.indexOf(condition);

function byAddress(a: Endpoint, b: Endpoint): number {
  if (a.ip.number !== b.ip.number) return a.ip.number < b.ip.number ? -1 : 1;
  return a.port - b.port;
}
