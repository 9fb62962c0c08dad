import type { Service } from "#api/core/service.ts";
import type { IngressBackend, ServiceBackendPort } from "#api/networking/ingress/spec.ts";
import { parseIp } from "#net/ip.ts";
import type { Reason } from "../reasons.ts";
import { defaultBackendSettings } from "./default-settings.ts";
import type { IngressSettings } from "./ingress-settings.ts";
import type { Backend, BackendId, BackendSettings, Finding, Origin, Target } from "./route-table.ts";
import type { RouteWorld } from "./route-world.ts";
import { sameValue } from "./same-value.ts";
import { shownName } from "./shown-value.ts";

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

/** A port of a Service, or why there is nobody to send to. */
type PortLookup = FoundPort | { readonly kind: "refused"; readonly because: Reason; readonly message: string };
interface FoundPort {
  readonly kind: "found";
  readonly ref: ServicePortRef;
  readonly service: Service;
}

/** Which port is meant; neither: the first one. */
export interface WantedPort {
  readonly name?: string;
  readonly number?: number;
  readonly protocol: "TCP" | "UDP";
}

/** Looks a port up. A Service of type ExternalName would lead requests to any address its author likes: it is refused (SSRF). */
export function lookUpPort(world: RouteWorld, name: string, wanted: WantedPort): PortLookup {
  const refused = (because: Reason, message: string): PortLookup => ({ kind: "refused", because, message });
  const service = world.service(name);
  if (service === undefined) return refused("NoSuchService", `there is no Service ${shownName(name)}`);
  if (service.spec.type === "ExternalName")
    return refused(
      "ExternalName",
      `Service ${shownName(name)} is of type ExternalName, which is not sent to; use one with endpoints`,
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
  return refused(
    "UnusedPort",
    `Service ${shownName(name)} has no port ${shownName(String(asked))}; it has ${has === "" ? "none" : has}`,
  );
}

/** Everything of a Service but its endpoints that decides where routes lead: while it stays, so do the routes. */
export function serviceShape(service: Service | undefined): string {
  if (service === undefined) return "";
  const { type, ports = [], clusterIP = "" } = service.spec;
  return `${type} ${clusterIP} ${ports.map(({ name = "", port, protocol }) => `${name}:${port}/${protocol}`).join(" ")}`;
}

/** What became of a backend of an Ingress. */
interface ResolvedBackend {
  readonly to: Target;
  readonly wish: BackendWish | undefined;
  /** Those that were looked at. */
  readonly services: readonly string[];
  readonly findings: readonly Finding[];
}

interface Asker {
  /** `namespace/name` of the Ingress. */
  readonly ingress: string;
  readonly namespace: string;
  readonly settings: IngressSettings;
  readonly world: RouteWorld;
}

/** Only Services of the Ingress' own namespace can be reached, since a name is all that an Ingress can say. */
export function resolveBackend({ service, resource }: IngressBackend, asker: Asker, origin: Origin): ResolvedBackend {
  if (service === undefined) {
    const what = resource === undefined ? "no Service" : `${shownName(resource.kind)} ${shownName(resource.name)}`;
    return unserved({ because: "ResourceBackend", message: `names ${what}; only Services can be sent to` }, origin, []);
  }
  const name = `${asker.namespace}/${service.name}`;
  const own = lookUpPort(asker.world, name, wantedPort(service.port));
  const { fallbackService } = asker.settings;
  const spare =
    fallbackService === undefined ? undefined : lookUpPort(asker.world, fallbackService, { protocol: "TCP" });
  const services = fallbackService === undefined ? [name] : [name, fallbackService];
  if (own.kind === "found") {
    const wish = wishFor(own, asker, spare);
    const isHeadless = asker.settings.serviceUpstream && !wish.viaClusterIp;
    return { ...servedBy(wish), services, findings: isHeadless ? [withoutAddress(name, origin)] : [] };
  }
  if (spare?.kind !== "found") return unserved(own, origin, services);
  const message = `${origin.field}: ${own.message}; requests are sent to ${spare.ref.service} instead`;
  const finding: Finding = { origin, weight: "refused", because: own.because, message };
  return { ...servedBy(wishFor(spare, asker, undefined)), services, findings: [finding] };
}

const wantedPort = ({ name = "", number }: ServiceBackendPort): WantedPort =>
  name === "" ? { protocol: "TCP", number: number ?? 0 } : { protocol: "TCP", name };

const servedBy = (wish: BackendWish): Pick<ResolvedBackend, "to" | "wish"> => ({
  to: { kind: "backends", backends: [{ backend: wish.id, weight: 1 }] },
  wish,
});

function unserved(
  { because, message }: { readonly because: Reason; readonly message: string },
  origin: Origin,
  services: readonly string[],
): ResolvedBackend {
  const finding: Finding = {
    origin,
    weight: "refused",
    because,
    message: `${origin.field}: ${message}; requests get 503`,
  };
  return { to: { kind: "answer", status: 503, because }, wish: undefined, services, findings: [finding] };
}

function withoutAddress(service: string, origin: Origin): Finding {
  const message = `${origin.field}: Service ${service} has no cluster IP that service-upstream could send to; requests are sent to its pods`;
  return { origin, weight: "noted", because: "AnnotationWithoutEffect", message };
}

/** Ingresses that ask for nothing of their own share a backend. */
function wishFor(
  { ref, service }: FoundPort,
  { ingress, settings }: Asker,
  spare: PortLookup | undefined,
): BackendWish {
  const wish = {
    ...ref,
    settings: settings.backend,
    protocol: "TCP",
    viaClusterIp: settings.serviceUpstream && parseIp(service.spec.clusterIP ?? "") !== undefined,
    fallback: spare?.kind === "found" ? spare.ref : undefined,
  } as const;
  return { ...wish, id: idOf(wish, ingress) };
}

function idOf(wish: Omit<BackendWish, "id">, ingress: string): BackendId {
  const { service, port, settings, viaClusterIp, fallback } = wish;
  const isPlain = !viaClusterIp && fallback === undefined && sameValue(settings, defaultBackendSettings);
  return isPlain ? `${service}:${port}` : `${service}:${port}~${ingress}`;
}

/**
 * A canary's backend: spoken to by the settings of the Ingress whose requests it takes its part of, balanced by its own. `names`: the canary's
 * and that Ingress'.
 */
export function canaryWish(
  canary: BackendWish,
  main: BackendSettings,
  names: { readonly canary: string; readonly main: string },
): BackendWish {
  const { balance, stickiness } = canary.settings;
  const { stickiness: _, ...spoken } = main;
  const settings = { ...spoken, balance, ...(stickiness === undefined ? {} : { stickiness }) };
  const wish = { ...canary, settings, viaClusterIp: false, fallback: undefined };
  const isOwn = stickiness !== undefined || !sameValue(balance, defaultBackendSettings.balance);
  return { ...wish, id: idOf(wish, isOwn ? `${names.canary}~${names.main}` : names.main) };
}

/** A backend that nothing is asked for. */
export const plainWish = (ref: ServicePortRef): BackendWish => ({
  ...ref,
  id: `${ref.service}:${ref.port}`,
  settings: defaultBackendSettings,
  protocol: "TCP",
  viaClusterIp: false,
  fallback: undefined,
});
