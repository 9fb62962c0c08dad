import type { EndpointSlice, Endpoint as SliceEndpoint } from "#api/discovery/endpoint-slice.ts";
import { type Ip, type IpFamily, parseIp } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import type { Reason } from "../reasons.ts";
import type { Endpoint, Pool } from "./service-map.ts";

/** What a frontend sends to: the slices' port of this name and protocol, in one family. */
export interface Wanted {
  readonly family: IpFamily;
  readonly portName: string;
  readonly protocol: Protocol;
}

/**
 * The endpoints of one Service port, each address and port once, ordered by address. Slices carry the port's number resolved per
 * pod, so a named target port may differ from slice to slice. An address that isn't of the slice's family is left out.
 */
export function endpointsOf(slices: readonly EndpointSlice[], wanted: Wanted): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== wanted.family) continue;
    const ports = slice.ports.filter(({ name, protocol }) => name === wanted.portName && protocol === wanted.protocol);
    for (const { port } of ports) {
      if (port === undefined) continue;
      for (const endpoint of slice.endpoints) add(found, endpoint, { port, family: wanted.family });
    }
  }
  return [...found.values()].toSorted(byAddress);
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

function endpointAt(ip: Ip, port: number, { conditions, nodeName, targetRef }: SliceEndpoint): Endpoint {
  const pod = targetRef?.kind === "Pod" ? `${targetRef.namespace ?? ""}/${targetRef.name ?? ""}` : undefined;
  return { ip, port, nodeName, pod, condition: conditionOf(conditions) };
}

// discovery/v1 EndpointConditions: an absent `ready` is true, an absent `serving` follows it, an absent `terminating` is false.
function conditionOf({ ready = true, serving = ready, terminating = false }: SliceEndpoint["conditions"]) {
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

/**
 * Who of the endpoints receives traffic: the ready ones; where there are none, those that still serve while they terminate
 * (KEP-1669). With scope `node`, only endpoints on `nodeName` are considered.
 */
export function poolOf(endpoints: readonly Endpoint[], scope: Pool["scope"], nodeName: string): Pool {
  const eligible = (endpoint: Endpoint) => scope === "cluster" || endpoint.nodeName === nodeName;
  const anyReady = endpoints.some((endpoint) => endpoint.condition === "ready" && eligible(endpoint));
  const wanted = anyReady ? "ready" : "servingTerminating";
  const members: Endpoint[] = [];
  const leftOut: Pool["leftOut"][number][] = [];
  for (const endpoint of endpoints) {
    if (!eligible(endpoint)) leftOut.push({ endpoint, because: "OnOtherNode" });
    else if (endpoint.condition === wanted) members.push(endpoint);
    else leftOut.push({ endpoint, because: whyLeftOut(endpoint) });
  }
  return { scope, members, leftOut };
}

function whyLeftOut({ condition }: Endpoint): Reason {
  if (condition === "servingTerminating") return "TerminatingUnneeded";
  return condition === "terminating" ? "Terminating" : "NotReady";
}
