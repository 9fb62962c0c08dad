import type { Service, ServicePort } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Endpoint } from "../services/service-map.ts";
import type { Finding, RouteTable, StreamRoute } from "./route-table.ts";
import { nameOf } from "./route-world.ts";
import { type SliceDraft, slicesFor } from "./stream-slices.ts";

/** The Service before the controller, and its EndpointSlices that `streamWriter` manages. */
export interface StreamFront {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  /** Nodes with a controller that is ready. */
  readonly nodes: ReadonlySet<string>;
}

/** What is to be done so that the streams are reached at the Service's addresses, and no others are. */
export interface StreamService {
  /** All ports that are the controller's own, to be applied; undefined where the Service has just these. */
  readonly ports: readonly StreamPort[] | undefined;
  readonly write: readonly SliceDraft[];
  readonly remove: readonly EndpointSlice[];
  readonly findings: readonly Finding[];
}

export type StreamPort = Pick<ServicePort, "port" | "protocol"> &
  Required<Pick<ServicePort, "name">> & { readonly targetPort: number | string };

/** Whose the ports and slices are: field manager of the ones, label of the others. */
export const streamWriter = "portolan-ingress";

/**
 * A TCP stream gets a port that leads to the controller. A UDP one gets a port whose target no pod of the controller has, and slices with the
 * target's own endpoints: the service rules then send datagrams straight there. Ports that others have set stay as they are.
 *
 * With externalTrafficPolicy Local, whoever brings traffic to the nodes chooses those with any endpoint of the Service. Endpoints on nodes without a
 * controller would have HTTP brought there, where nobody answers it: they are left out.
 */
export function streamService(
  { streams, backends }: Pick<RouteTable, "streams" | "backends">,
  { service, slices, nodes }: StreamFront,
): StreamService {
  const isReached = ({ nodeName }: Endpoint): boolean =>
    service.spec.externalTrafficPolicy !== "Local" || (nodeName !== undefined && nodes.has(nodeName));
  const readings = service.spec.type === "ExternalName" ? [] : streams.map((stream) => readPort(stream, service));
  const own = readings.flatMap((one) => (one.kind === "own" ? one : []));
  const ports = own.map(({ port }) => port);
  const carried = own.flatMap(({ port, stream }) => {
    const all = backends.get(stream.backend)?.pool.members ?? [];
    return stream.protocol === "UDP" ? { portName: port.name, stream, all, members: all.filter(isReached) } : [];
  });
  const cutOff = nodes.size === 0 ? [] : carried.filter(({ all, members }) => all.length > 0 && members.length === 0);
  return {
    ports: hasJust(service, ports) ? undefined : ports,
    ...slicesFor(carried, { service, slices, manager: streamWriter }),
    findings: [
      ...readings.flatMap((one) => (one.kind === "refused" ? one.finding : [])),
      ...cutOff.map(({ stream }) => unreached(stream, service)),
    ],
  };
}

type Reading =
  | { readonly kind: "own"; readonly port: StreamPort; readonly stream: StreamRoute }
  /** Somebody else's port leads there already. */
  | { readonly kind: "there" }
  | { readonly kind: "refused"; readonly finding: Finding };

function readPort(stream: StreamRoute, service: Service): Reading {
  const port = portOf(stream);
  const { ports = [] } = service.spec;
  const [same] = ports.filter((one) => isAt(one, port));
  const refused = (problem: string): Reading => refusal(stream, service, problem);
  if (same !== undefined && !isAlike(same, port)) {
    const target = same.targetPort ?? same.port;
    if (stream.protocol === "TCP" && target === stream.port) return { kind: "there" };
    return refused(`has that port already, with target port ${target}; take it out there, or another number here`);
  }
  const namesake = ports.find((one) => one.name === port.name && !isAt(one, port));
  if (namesake !== undefined) return refused(`calls its port ${namesake.port} ${port.name}; give that another name`);
  const unnamed = ports.find(({ name }) => name === undefined);
  if (unnamed !== undefined)
    return refused(`has a port ${unnamed.port} without a name, so that it can't have another; give it one`);
  return { kind: "own", port, stream };
}

/** Port names of pods have at most 15 characters (RFC 6335 section 5.1). */
function portOf({ port, protocol }: StreamRoute): StreamPort {
  const name = `${protocol.toLowerCase()}-${port}`;
  return { name, port, protocol, targetPort: protocol === "TCP" ? port : name };
}

const isAt = (a: Pick<ServicePort, "port" | "protocol">, b: typeof a): boolean =>
  a.port === b.port && a.protocol === b.protocol;
const isAlike = (a: ServicePort, b: StreamPort): boolean => a.name === b.name && a.targetPort === b.targetPort;

function refusal({ port, protocol, origin }: StreamRoute, service: Service, problem: string): Reading {
  const message = `${origin.field}: ${port}/${protocol} is not reached at the address: Service ${nameOf(service)} ${problem}`;
  return { kind: "refused", finding: { origin, weight: "refused", because: "StreamPortTaken", message } };
}

function unreached({ port, origin }: StreamRoute, service: Service): Finding {
  const fix = "set that to Cluster, or run more of either";
  const message = `${origin.field}: no endpoint of port ${port}/UDP is on a node with a controller, and externalTrafficPolicy of Service ${nameOf(service)} is Local; ${fix}`;
  return { origin, weight: "refused", because: "NoLocalEndpoints", message };
}

/** Whether the Service has these ports as they are to be, and none that was applied before beside them. */
function hasJust(service: Service, wanted: readonly StreamPort[]): boolean {
  const applied = appliedPorts(service);
  const keys = new Set(wanted.map(({ port, protocol }) => JSON.stringify({ port, protocol })));
  return (
    applied.symmetricDifference(keys).size === 0 &&
    wanted.every((port) => (service.spec.ports ?? []).some((one) => isAt(one, port) && isAlike(one, port)))
  );
}

/** Keys of the ports that `streamWriter` has applied: `{"port":53,"protocol":"UDP"}`. Source: FieldsV1 of structured-merge-diff. */
function appliedPorts({ metadata }: Service): ReadonlySet<string> {
  const entries = (metadata.managedFields ?? []).filter(
    ({ manager, operation }) => manager === streamWriter && operation === "Apply",
  );
  return new Set(
    entries.flatMap(({ fieldsV1 }) => {
      const spec = isJsonObject(fieldsV1) ? fieldsV1["f:spec"] : undefined;
      const ports = isJsonObject(spec) ? spec["f:ports"] : undefined;
      const keys = isJsonObject(ports) ? Object.keys(ports) : [];
      return keys.filter((key) => key.startsWith("k:")).map((key) => key.slice(2));
    }),
  );
}
