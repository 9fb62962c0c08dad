import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { isHostLabel, lowerName, type Name, parseHostName } from "./name.ts";
import { dashedIp } from "./pod-names.ts";
import type { Rdata, Srv } from "./record.ts";

/** What a name tells of a Service. */
export interface NamedService {
  readonly metadata: Pick<Service["metadata"], "name" | "namespace">;
  readonly spec: Pick<Service["spec"], "type" | "clusterIP" | "clusterIPs" | "externalName" | "ports">;
}
/** What a name tells of an EndpointSlice. */
export interface NamedSlice {
  readonly addressType: EndpointSlice["addressType"];
  readonly endpoints: readonly NamedEndpoint[];
  readonly ports: readonly NamedPort[];
}
type Endpoint = EndpointSlice["endpoints"][number];
interface NamedEndpoint {
  readonly addresses: Endpoint["addresses"];
  readonly conditions: Pick<Endpoint["conditions"], "ready">;
  readonly hostname?: string;
}
interface NamedPort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number;
}

/** The names that one object gives rise to. A name without records is there because others stand below it. */
export interface OwnNames {
  /** What all of them stand below; it is there while one object has it: `default.svc.cluster.local.`. */
  readonly within: Name;
  readonly forward: ReadonlyMap<Name, readonly Rdata[]>;
  readonly reverse: readonly { readonly address: Ip; readonly target: Name }[];
}

/**
 * What DNS says of a Service, from it and its slices alone. Names that can't be host names give none, so that an object which some
 * API server let through can't stand in another's place.
 * Source: Kubernetes DNS-Based Service Discovery 1.1.0.
 */
export function serviceNames(service: NamedService, slices: readonly NamedSlice[], domain: Name): OwnNames {
  const { name, namespace } = service.metadata;
  const within = lowerName(`${namespace}.svc.${domain}`);
  if (!isHostLabel(name) || !isHostLabel(namespace)) return { within, forward: new Map(), reverse: [] };
  const apex = lowerName(`${name}.${within}`);
  if (service.spec.type === "ExternalName") return { within, forward: externalNames(service, apex), reverse: [] };
  const places = isHeadless(service) ? headlessPlaces(slices, apex) : clusterPlaces(service, apex);
  return { within, forward: forwardNames(places, apex), reverse: reverseNames(places) };
}

const isHeadless = ({ spec }: NamedService): boolean => spec.clusterIP === "None";

function externalNames({ spec }: NamedService, apex: Name): ReadonlyMap<Name, readonly Rdata[]> {
  const target = parseHostName(spec.externalName ?? "");
  return new Map(target === undefined ? [] : [[apex, [{ type: "CNAME", target }]]]);
}

/** Where one name leads to: addresses and the ports that have names. */
interface Place {
  readonly name: Name;
  readonly addresses: readonly Ip[];
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly port: number }[];
}

function clusterPlaces({ spec }: NamedService, apex: Name): readonly Place[] {
  const addresses = (spec.clusterIPs ?? [spec.clusterIP ?? ""]).map(parseIp).filter((ip) => ip !== undefined);
  return addresses.length === 0 ? [] : [{ name: apex, addresses, ports: namedPorts(spec.ports ?? []) }];
}

// Ready endpoints alone, each below its Service's name; several that share a host name each have a place. An endpoint of unknown
// readiness counts as ready (discovery/v1 EndpointConditions).
function headlessPlaces(slices: readonly NamedSlice[], apex: Name): readonly Place[] {
  return slices
    .filter(({ addressType }) => addressType !== "FQDN")
    .flatMap(({ endpoints, ports }) => {
      const named = namedPorts(ports);
      return endpoints
        .filter(({ conditions }) => conditions.ready !== false)
        .flatMap((endpoint) => {
          const addresses = endpoint.addresses.map(parseIp).filter((ip) => ip !== undefined);
          return addresses.map((ip) => ({
            name: lowerName(`${hostLabel(endpoint, ip)}.${apex}`),
            addresses: [ip],
            ports: named,
          }));
        });
    });
}

/** An endpoint's own label: its host name, else its address with hyphens, as CoreDNS writes it. */
const hostLabel = ({ hostname }: NamedEndpoint, ip: Ip): string =>
  hostname !== undefined && isHostLabel(hostname) ? hostname : dashedIp(ip);

const namedPorts = (ports: readonly NamedPort[]): Place["ports"] =>
  ports.flatMap(({ name = "", protocol = "TCP", port }) =>
    isHostLabel(name) && port !== undefined ? [{ name, protocol, port }] : [],
  );

function forwardNames(places: readonly Place[], apex: Name): ReadonlyMap<Name, readonly Rdata[]> {
  const records = new RecordCollection();
  for (const { name, addresses, ports } of places) {
    for (const address of addresses) {
      const rdata: Rdata = { type: address.family === "IPv4" ? "A" : "AAAA", address };
      records.add(name, address.text, rdata);
      records.add(apex, address.text, rdata);
    }
    for (const { name: portName, protocol, port } of ports) {
      const below = lowerName(`_${protocol}.${apex}`);
      const srv: Srv = { type: "SRV", priority: 0, weight: 100, port, target: name };
      records.addEmpty(below);
      records.add(lowerName(`_${portName}.${below}`), `${port} ${name}`, srv);
    }
  }
  return records.byName;
}

/** Records by name, each once: an endpoint may stand in two slices while it moves from one to the other. */
class RecordCollection {
  readonly byName = new Map<Name, Rdata[]>();
  readonly #seen = new Set<string>();

  addEmpty(name: Name): Rdata[] {
    const records = this.byName.get(name) ?? [];
    this.byName.set(name, records);
    return records;
  }

  /** `key` tells the records of one name apart. */
  add(name: Name, key: string, rdata: Rdata): void {
    const unique = `${name} ${key}`;
    if (this.#seen.has(unique)) return;
    this.#seen.add(unique);
    this.addEmpty(name).push(rdata);
  }
}

function reverseNames(places: readonly Place[]): OwnNames["reverse"] {
  const pairs = places.flatMap(({ name, addresses }) => addresses.map((address) => ({ address, target: name })));
  return [...new Map(pairs.map((pair) => [`${pair.address.text} ${pair.target}`, pair])).values()];
}
