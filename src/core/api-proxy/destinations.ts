import type { Pod } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { portNumber, type TargetName } from "./target-name.ts";

/** Where requests for a target can go. */
export interface Destination {
  readonly address: string;
  readonly port: number;
}

/** A destination that counts while its pod has that address. */
export interface Candidate extends Destination {
  readonly pod: string;
}

/** `why` is for a 503. */
export type Candidates =
  | { readonly kind: "found"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "none"; readonly why: string };

/** What is known of a Service. */
export interface ServiceFacts {
  readonly service: Service;
  /** Those of its namespace that name it. */
  readonly slices: readonly EndpointSlice[];
}

/**
 * The ready endpoints behind a port of a Service, in the order in which they are to be tried: all of them from a random one on. A port
 * that is called by its number is one of the Service's own; no port is the one without a name. Endpoints that are no pods of the
 * namespace don't count: whoever writes slices would else choose what the API server dials.
 * Source: ResourceLocation in pkg/registry/core/service/storage.
 */
export function candidatesOf(
  { service, slices }: ServiceFacts,
  { name, port }: TargetName,
  random: (below: number) => number,
): Candidates {
  const { namespace } = service.metadata;
  const byNumber = /^[0-9]+$/.test(port);
  const called = service.spec.ports?.find((one) => byNumber && one.port === Number(port));
  if (byNumber && called === undefined)
    return { kind: "none", why: `no service port ${Number(port)} found for service ${JSON.stringify(name)}` };
  const wanted = byNumber ? (called?.name ?? "") : port;
  const endpoints = slices.flatMap(({ addressType, endpoints, ports }) => {
    const number = ports.find((one) => one.name === wanted && one.protocol === "TCP")?.port;
    if (number === undefined || addressType === "FQDN") return [];
    return endpoints.flatMap(({ addresses, conditions, targetRef }) =>
      conditions.ready === false || targetRef?.kind !== "Pod" || targetRef.namespace !== namespace
        ? []
        : addresses.slice(0, 1).map((address) => ({ address, port: number, pod: targetRef.name ?? "" })),
    );
  });
  if (endpoints.length === 0) return noEndpoints(port === "" || slices.length === 0 ? name : `${name}:${port}`);
  const first = random(endpoints.length);
  return { kind: "found", candidates: [...endpoints.slice(first), ...endpoints.slice(0, first)] };
}

export const noEndpoints = (name: string): Candidates & { readonly kind: "none" } => ({
  kind: "none",
  why: `no endpoints available for service ${JSON.stringify(name)}`,
});

/** Whether a pod still has an address that an endpoint says it has. */
export const hasAddress = ({ status }: Pod, address: string): boolean =>
  status.podIPs?.some(({ ip }) => ip === address) ?? status.podIP === address;

/**
 * The port of a pod that is meant: its first where none is said, the usual one of the scheme where it has none. undefined where a name
 * is none of its ports'. Source: ResourceLocation in pkg/registry/core/pod; names are our addition.
 */
export function podPort({ spec }: Pod, { scheme, port }: TargetName): number | undefined {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  if (port === "") return ports[0]?.containerPort ?? usualPort(scheme);
  return portNumber(port) ?? ports.find((one) => one.name === port)?.containerPort;
}

export const usualPort = (scheme: "http" | "https"): number => (scheme === "https" ? 443 : 80);
