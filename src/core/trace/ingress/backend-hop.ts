import type { Service } from "#api/core/service.ts";
import { closest } from "../../likeness.ts";
import { explain } from "../../reasons.ts";
import type { Backend, BackendId, Finding, Origin, Target } from "../../routes/route-table.ts";
import { whyNobody } from "../nobody.ts";
import type { Exposed, Place } from "../place.ts";
import { showEndpoint } from "../receivers.ts";
import { type Evidence, type Hop, named } from "../story.ts";
import type { Atlas } from "../world.ts";
import { findingEvidence, objectOf } from "./route-words.ts";
import type { Routing } from "./routing.ts";

/** Who a request is sent to. */
export interface BackendStory {
  readonly hop: Hop;
  readonly ends: readonly Place[];
  /** The Service's port that led there, as packets from `node` would see it. */
  readonly exposed: (node: string) => Exposed | undefined;
}

interface Telling {
  readonly atlas: Atlas;
  readonly routing: Routing;
  readonly origin: Origin;
}

const mostShown = 8;

/** One story a backend, by weight; those without any weight get nothing. */
export function backendStories(to: Target, telling: Telling): readonly BackendStory[] {
  if (to.kind === "redirect") return [];
  if (to.kind === "answer") return [{ hop: unserved(to, telling), ends: [], exposed: () => undefined }];
  const total = to.backends.reduce((sum, { weight }) => sum + weight, 0);
  return to.backends
    .filter(({ weight }) => weight > 0 || to.backends.length === 1)
    .map(({ backend, weight }) =>
      backendStory(backend, to.backends.length > 1 ? `${weight} of ${total}` : "", telling),
    );
}

/** `share`: `10 of 100`, or nothing where it gets everything. */
export function backendStory(id: BackendId, share: string, { atlas, routing, origin }: Telling): BackendStory {
  const backend = routing.table.backends.get(id);
  const service = backend && atlas.service(backend.service);
  if (backend === undefined || service === undefined) {
    const tells = `${id} is not there`;
    return {
      hop: { kind: "backend", outcome: "unknown", because: "NoSuchService", tells, evidence: [] },
      ends: [],
      exposed: () => undefined,
    };
  }
  const exposed = (node: string): Exposed | undefined => exposedBy(service, backend, { node, atlas });
  const { members } = backend.pool;
  const ends = members.map(({ ip, port }): Place => ({ ip, port, protocol: "TCP" }));
  if (members.length === 0) return { hop: nobody(service, backend, { atlas, routing, origin }), ends, exposed };
  const owner = canaryOrigin(id, routing) ?? origin;
  const spare = spareService(backend, owner, { atlas, routing });
  const hop = receives(spare ?? service, backend, { origin: owner, share });
  if (spare === undefined) return { hop, ends, exposed };
  const why = nobody(service, backend, { atlas, routing, origin: owner });
  const instead = `${named("Service", service)} has no endpoints, so another one serves: ${hop.tells}`;
  return {
    hop: { ...hop, tells: instead, evidence: [...hop.evidence, ...why.evidence] },
    ends,
    exposed: () => undefined,
  };
}

/** The field of the Ingress that a canary's backend comes from. */
function canaryOrigin(id: BackendId, { book }: Routing): Origin | undefined {
  for (const { hosts } of book.entries())
    for (const { canaries } of hosts.values())
      for (const { route } of canaries)
        if (route.to.kind === "backends" && route.to.backends.some(({ backend }) => backend === id))
          return route.origin;
  return undefined;
}

/** Whose endpoints are taken where the backend's own Service has none. */
function spareService(
  { id, service, pool }: Backend,
  origin: Origin,
  { atlas, routing }: Pick<Telling, "atlas" | "routing">,
): Service | undefined {
  const wish = routing.book.entry(origin.name)?.backends.find((one) => one.id === id);
  const own = new Set(
    atlas.slicesOf(service).flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses)),
  );
  const isOwn = wish?.viaClusterIp === true || pool.members.some(({ ip }) => own.has(ip.text));
  return isOwn || wish?.fallback === undefined ? undefined : atlas.service(wish.fallback.service);
}

const showOrigin = (origin: Origin): string =>
  origin.field.endsWith("]") && origin.field.includes(".paths[") ? `${origin.field}.backend` : origin.field;

function receives(
  service: Service,
  { port, pool, settings }: Backend,
  { origin, share }: { readonly origin: Origin; readonly share: string },
): Hop {
  const object = named("Service", service);
  const all = pool.members.length + pool.leftOut.length;
  const told = pool.members.slice(0, mostShown).map(showEndpoint).join(", ");
  const more = pool.members.length > mostShown ? ` and ${pool.members.length - mostShown} more` : "";
  const part = share === "" ? "" : `${share} requests: `;
  const protocol = settings.protocol === "http" ? "" : `, spoken to by ${settings.protocol}`;
  const evidence: Evidence[] = [
    { object: objectOf(origin), field: showOrigin(origin), value: `${service.metadata.name}:${port}` },
    { object, field: "EndpointSlices", value: `${told}${more}` },
    ...pool.leftOut.slice(0, mostShown).map(({ endpoint, because }) => ({
      object,
      field: "EndpointSlices",
      value: `not ${showEndpoint(endpoint)}: ${explain(because)}`,
    })),
  ];
  const tells = `${part}${object}, port ${port}: ${pool.members.length} of ${all} ${all === 1 ? "endpoint" : "endpoints"} ${pool.members.length === 1 ? "gets" : "get"} it, past the Service's own address${protocol}`;
  return { kind: "backend", outcome: "passes", because: "EndpointsReceive", tells, evidence };
}

/** A Service without endpoints: 503, and why it has none. */
function nobody(service: Service, { port }: Backend, { atlas, origin }: Telling): Hop {
  const found = service.spec.ports?.find((one) => one.port === port && one.protocol === "TCP");
  const why = whyNobody(service, found, atlas);
  const evidence = [
    { object: objectOf(origin), field: showOrigin(origin), value: `${service.metadata.name}:${port}` },
    ...why.evidence,
  ];
  const outcome = why.because === "NotReadable" ? "unknown" : "stops";
  return { ...why, kind: "backend", outcome, tells: `nobody gets it, 503: ${why.tells}`, evidence };
}

/** A backend that can't be sent to: the Ingress has been told so. */
function unserved(
  { status, because }: Extract<Target, { readonly kind: "answer" }>,
  { atlas, routing, origin }: Telling,
): Hop {
  const findings = routing.book.findingsOf(origin.name);
  const finding =
    findings.find((one) => one.because === because && one.origin.field.startsWith(origin.field)) ??
    findings.find((one) => one.because === because);
  const tells = `the controller answers ${status}: ${explain(because)}`;
  const at = finding?.origin ?? origin;
  return {
    kind: "backend",
    outcome: "stops",
    because,
    tells,
    evidence: finding === undefined ? [] : [findingEvidence(finding)],
    fix: { object: objectOf(at), field: fieldOf(at, because), change: changeOf(because, finding, atlas) },
  };
}

function fieldOf({ field }: Origin, because: Finding["because"]): string {
  const backend = /\.backend$|defaultBackend$/.test(field);
  if (!backend) return field;
  return because === "UnusedPort" ? `${field}.service.port` : `${field}.service.name`;
}

function changeOf(because: Finding["because"], finding: Finding | undefined, atlas: Atlas): string {
  const [, wanted = ""] = /Service ([^ ;]+)/.exec(finding?.message ?? "") ?? [];
  const [namespace, name = ""] = wanted.split("/");
  switch (because) {
    case "UnusedPort": {
      const own = atlas.service(wanted)?.spec.ports ?? [];
      return own.map((one) => one.name ?? `${one.port}`).join(" or ") || "a port that the Service has";
    }
    case "NoSuchService": {
      const neighbours = atlas.world.services.filter(({ metadata }) => metadata.namespace === namespace);
      const near = closest(
        name,
        neighbours.map(({ metadata }) => metadata.name),
      );
      return near ?? "a Service of the Ingress' namespace";
    }
    case "ExternalName":
      return "a Service with endpoints: write an EndpointSlice for addresses outside the cluster";
    case "ResourceBackend":
      return "a Service: no other kind can be sent to";
    default:
      return "a value that can be read, or nothing";
  }
}

/** The Service's frontend, so that a pod that doesn't listen can be held against its targetPort. */
function exposedBy(
  service: Service,
  { port }: Backend,
  { node, atlas }: { readonly node: string; readonly atlas: Atlas },
): Exposed | undefined {
  const entry = atlas.entry(service, node);
  const frontend = entry.frontends.find((one) => one.port === port && one.protocol === "TCP");
  if (frontend === undefined) return undefined;
  const own = service.spec.ports?.find((one) => one.port === port && one.protocol === "TCP");
  return { owner: { kind: "Service", service, port: own }, object: named("Service", service), entry, frontend, node };
}
