import type { Service } from "#api/core/service.ts";
import type { IngressBackend } from "#api/networking/ingress/spec.ts";
import { parseIp } from "#net/ip.ts";
import { defaultBackendSettings } from "./default-settings.ts";
import type { IngressSettings } from "./ingress-settings.ts";
import type { Backend, BackendId, BackendSettings, Finding, Origin, Target } from "./route-table.ts";
import type { RouteWorld } from "./route-world.ts";
import { sameValue } from "./same-value.ts";

/** A Backend that somebody needs; its pool follows the Service's EndpointSlices. */
export interface BackendWish extends Omit<Backend, "pool"> {
  readonly protocol: "TCP" | "UDP";
  /** What the slices call the port. */
  readonly portName: string;
  /** The Service's own address is the only member. */
  readonly viaClusterIp: boolean;
  /** Whose endpoints are taken where the Service has none. */
  readonly fallback: ServicePortRef | undefined;
}

export interface ServicePortRef {
  readonly service: string;
  readonly port: number;
  readonly portName: string;
}

type Unserved = Extract<Target, { kind: "answer" }>["because"];

/** A port of a Service, or why there is nobody to send to. */
export type PortLookup =
  | { readonly kind: "found"; readonly ref: ServicePortRef; readonly service: Service }
  | { readonly kind: "refused"; readonly because: Unserved; readonly message: string };

/** Which port is meant; neither: the first one. */
export interface WantedPort {
  readonly name?: string;
  readonly number?: number;
  readonly protocol: "TCP" | "UDP";
}

const no503 = "; requests get 503";

/** Looks a port up. A Service of type ExternalName would lead requests to any address its author likes: it is refused (SSRF). */
export function lookUpPort(world: RouteWorld, name: string, wanted: WantedPort): PortLookup {
  const refused = (because: Unserved, message: string): PortLookup => ({ kind: "refused", because, message });
  const service = world.service(name);
  if (service === undefined) return refused("NoSuchService", `there is no Service ${name}`);
  if (service.spec.type === "ExternalName")
    return refused(
      "ExternalName",
      `Service ${name} is of type ExternalName, which is not sent to; use one with endpoints`,
    );
  const ports = (service.spec.ports ?? []).filter(({ protocol }) => protocol === wanted.protocol);
  const isAny = wanted.name === undefined && wanted.number === undefined;
  const port = ports.find(
    (one) => isAny || (wanted.name === undefined ? one.port === wanted.number : one.name === wanted.name),
  );
  if (port !== undefined)
    return { kind: "found", ref: { service: name, port: port.port, portName: port.name ?? "" }, service };
  const has = ports.map((one) => (one.name === undefined ? `${one.port}` : `${one.name} (${one.port})`)).join(", ");
  const asked = wanted.name ?? wanted.number ?? wanted.protocol;
  return refused("UnusedPort", `Service ${name} has no port ${asked}; it has ${has === "" ? "none" : has}`);
}

/** Everything of a Service but its endpoints that decides where routes lead: while it stays, so do the routes. */
export function serviceShape(service: Service | undefined): string {
  if (service === undefined) return "";
  const { type, ports = [], clusterIP = "" } = service.spec;
  return `${type} ${clusterIP} ${ports.map(({ name = "", port, protocol }) => `${name}:${port}/${protocol}`).join(" ")}`;
}

/** What became of a backend of an Ingress. */
export interface ResolvedBackend {
  readonly to: Target;
  readonly wish: BackendWish | undefined;
  readonly services: readonly string[];
  readonly findings: readonly Finding[];
}

export interface Asker {
  /** `namespace/name` of the Ingress. */
  readonly ingress: string;
  readonly namespace: string;
  readonly settings: IngressSettings;
  readonly world: RouteWorld;
}

/** Only Services of the Ingress' own namespace can be reached, since a name is all that an Ingress can say. */
export function resolveBackend({ service, resource }: IngressBackend, asker: Asker, origin: Origin): ResolvedBackend {
  if (service === undefined) {
    const what = resource === undefined ? "no Service" : `${resource.kind} ${resource.name}`;
    const message = `${origin.field} names ${what}; only Services can be sent to${no503}`;
    const findings = [{ origin, weight: "refused", because: "ResourceBackend", message } as const];
    return { to: answer503("ResourceBackend"), wish: undefined, services: [], findings };
  }
  const name = `${asker.namespace}/${service.name}`;
  const { name: portName, number } = service.port;
  return resolveService(name, asker, {
    origin,
    port: {
      protocol: "TCP",
      ...(portName === undefined || portName === "" ? {} : { name: portName }),
      ...(number === undefined ? {} : { number }),
    },
  });
}

/** The same for a Service that an annotation names. */
export function resolveService(
  name: string,
  asker: Asker,
  { origin, port }: { readonly origin: Origin; readonly port: WantedPort },
): ResolvedBackend {
  const { settings, world } = asker;
  const own = lookUpPort(world, name, port);
  const fallback =
    settings.fallbackService === undefined
      ? undefined
      : lookUpPort(world, settings.fallbackService, { protocol: "TCP" });
  const spare = fallback?.kind === "found" ? fallback.ref : undefined;
  const services = [name, ...(settings.fallbackService === undefined ? [] : [settings.fallbackService])];
  const findings: Finding[] =
    own.kind === "found"
      ? []
      : [{ origin, weight: "refused", because: own.because, message: `${origin.field}: ${own.message}${no503}` }];
  const found = own.kind === "found" ? own.ref : spare;
  if (found === undefined) {
    const because = own.kind === "refused" ? own.because : "NoSuchService";
    return { to: answer503(because), wish: undefined, services, findings };
  }
  const wish = wishFor(found, asker, {
    spare: own.kind === "found" ? spare : undefined,
    isHeadless: own.kind === "found" && isHeadless(own.service),
  });
  return { to: { kind: "backends", backends: [{ backend: wish.id, weight: 1 }] }, wish, services, findings };
}

const isHeadless = ({ spec }: Service): boolean => parseIp(spec.clusterIP ?? "") === undefined;
const answer503 = (because: Unserved): Target => ({ kind: "answer", status: 503, because });

interface Around {
  readonly spare: ServicePortRef | undefined;
  readonly isHeadless: boolean;
}

/** Ingresses that ask for nothing of their own share a backend. */
function wishFor(ref: ServicePortRef, { ingress, settings }: Asker, { spare, isHeadless }: Around): BackendWish {
  const viaClusterIp = settings.serviceUpstream && !isHeadless;
  const wish = { ...ref, settings: settings.backend, protocol: "TCP", viaClusterIp, fallback: spare } as const;
  return { ...wish, id: idOf(wish, ingress) };
}

function idOf(wish: Omit<BackendWish, "id">, ingress: string): BackendId {
  const { service, port, settings, viaClusterIp, fallback } = wish;
  const isPlain = !viaClusterIp && fallback === undefined && sameValue(settings, defaultBackendSettings);
  return isPlain ? `${service}:${port}` : `${service}:${port}~${ingress}`;
}

/** A canary's backend, spoken to as `main` does, the Ingress whose requests it takes its part of. */
export function canaryWish(canary: BackendWish, settings: BackendSettings, main: string): BackendWish {
  const wish = { ...canary, settings, viaClusterIp: false, fallback: undefined };
  return { ...wish, id: idOf(wish, main) };
}
