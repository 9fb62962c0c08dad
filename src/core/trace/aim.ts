import type { Service, ServicePort } from "#api/core/service.ts";
import type { Ip } from "#net/ip.ts";
import { closest } from "../likeness.ts";
import { internalIPs, isReady } from "../node.ts";
import type { Client } from "./client.ts";
import { unansweredHost } from "./ingress/ingress-name.ts";
import { resolve } from "./names.ts";
import { pendingBalancer } from "./pending-balancer.ts";
import type { Place } from "./place.ts";
import { type Hop, named } from "./story.ts";
import type { Target } from "./target.ts";
import { wayOut } from "./way-out.ts";
import { type Atlas, podIPs } from "./world.ts";

/** What a client sends its packets to. */
export interface Aim {
  /** What it took to find that out; the last one stops where it could not be. */
  readonly hops: readonly Hop[];
  /** Any of them, as likely as the other. */
  readonly places: readonly Place[];
  readonly warnings: readonly string[];
}

export function aimAt(target: Exclude<Target, { readonly kind: "ingress" }>, client: Client, atlas: Atlas): Aim {
  switch (target.kind) {
    case "place":
      return byName(target.host, target, { client, atlas });
    case "pod":
      return aimAtPod(target, client, atlas);
    case "service":
      return aimAtService(target, client, atlas);
  }
}

interface Asking {
  readonly client: Client;
  readonly atlas: Atlas;
}

/** By a name or an address. Of several addresses those of the client's first family count. */
function byName(host: string, { port, protocol }: Pick<Place, "port" | "protocol">, { client, atlas }: Asking): Aim {
  const { hops, addresses, warnings } = resolve(host, client, atlas);
  if (addresses.length === 0) {
    const meant = hops.at(-1)?.outcome === "stops" ? unansweredHost(host, atlas) : undefined;
    return { hops: meant === undefined ? hops : [meant], places: [], warnings };
  }
  const family = client.ips.map((ip) => ip.family).find((one) => addresses.some((ip) => ip.family === one));
  const fitting = addresses.filter((ip) => ip.family === family);
  if (fitting.length > 0) return { hops, places: fitting.map((ip) => ({ ip, port, protocol })), warnings };
  const tells = `${host} has ${addresses[0]?.family} addresses alone, and the client none of that family`;
  return {
    hops: [...hops, { kind: "address", outcome: "stops", because: "OtherFamily", tells, evidence: [] }],
    places: [],
    warnings,
  };
}

const stopped = (hop: Omit<Hop, "kind" | "outcome">, outcome: Hop["outcome"] = "stops"): Aim => ({
  hops: [{ kind: "address", outcome, ...hop }],
  places: [],
  warnings: [],
});

function aimAtPod(target: Extract<Target, { readonly kind: "pod" }>, { ips }: Client, atlas: Atlas): Aim {
  const pod = atlas.pod(`${target.namespace}/${target.name}`);
  if (pod === undefined) return missing("pod", target, atlas);
  const ports = pod.spec.containers.flatMap(({ ports: declared = [] }) => declared);
  const chosen =
    target.port === undefined
      ? ports[0]
      : ports.find(({ name, containerPort }) => name === target.port || `${containerPort}` === target.port);
  const port = chosen?.containerPort ?? Number(target.port);
  const object = named("Pod", pod);
  if (!Number.isInteger(port)) {
    const tells =
      target.port === undefined
        ? `${object} declares no port: say which, as in pod/${target.name}:8080`
        : `${object} has no port named ${target.port}`;
    const value = ports.map(({ name = "(unnamed)", containerPort }) => `${name} ${containerPort}`).join(", ") || "none";
    return stopped({
      because: "PodPortUnknown",
      tells,
      evidence: [{ object, field: "spec.containers[*].ports", value }],
    });
  }
  const own = podIPs(pod);
  const ip = ips.flatMap(({ family }) => own.filter((one) => one.family === family))[0] ?? own[0];
  if (ip === undefined) {
    const evidence = [{ object, field: "status.phase", value: pod.status.phase ?? "Pending" }];
    return stopped({ because: "PodNotReady", tells: `${object} has no address yet`, evidence });
  }
  return { hops: [], places: [{ ip, port, protocol: chosen?.protocol ?? "TCP" }], warnings: [] };
}

function missing(
  kind: "Service" | "pod",
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { world }: Atlas,
): Aim {
  const unread = world.unread.get(kind === "pod" ? "pods" : "services");
  const what = `${kind} ${namespace}/${name}`;
  if (unread !== undefined)
    return stopped(
      { because: "NotReadable", tells: `nothing can be told of ${what}`, evidence: [{ seen: unread }] },
      "unknown",
    );
  const all = (kind === "pod" ? world.pods : world.services).map(({ metadata }) => metadata);
  const short = kind === "pod" ? "pod" : "svc";
  const elsewhere = all.find((one) => one.name === name)?.namespace;
  const near = closest(
    name,
    all.filter((one) => one.namespace === namespace).map((one) => one.name),
  );
  const change =
    elsewhere !== undefined ? `${short}/${elsewhere}/${name}` : near === undefined ? undefined : `${short}/${near}`;
  const tells = `there is no ${what}${elsewhere === undefined ? "" : `, but one in namespace ${elsewhere}`}`;
  const because = elsewhere !== undefined ? "InOtherNamespace" : kind === "pod" ? "NoSuchPod" : "NoSuchService";
  return stopped({
    because,
    tells,
    evidence: [],
    ...(change !== undefined && { fix: { object: "the target", field: "name", change } }),
  });
}

type ServiceTarget = Extract<Target, { readonly kind: "service" }>;

function aimAtService(target: ServiceTarget, client: Client, atlas: Atlas): Aim {
  const { namespace, name } = target;
  const service = atlas.service(`${namespace}/${name}`);
  if (service === undefined) return missing("Service", target, atlas);
  const port = chosenPort(service, target.port);
  const ports = service.spec.ports ?? [];
  if (port === undefined && service.spec.type !== "ExternalName") {
    const value =
      ports.map((one) => [one.name, `${one.port}/${one.protocol}`].filter(Boolean).join(" ")).join(", ") || "none";
    const object = named("Service", service);
    const tells = `${object} has no port ${target.port ?? "at all"}`;
    const fix = {
      object: "the target",
      field: "port",
      change: `${ports[0]?.name ?? ports[0]?.port ?? "a port that the Service has"}`,
    };
    return stopped({ because: "UnusedPort", tells, evidence: [{ object, field: "spec.ports", value }], fix });
  }
  const others =
    target.port === undefined && ports.length > 1
      ? [`${named("Service", service)} has ${ports.length} ports; this is ${port?.name ?? port?.port}`]
      : [];
  const aim =
    client.stands !== "outside" || service.spec.type === "ExternalName"
      ? inside(service, port, { target, client, atlas })
      : outside(service, port, { client, atlas });
  return { ...aim, warnings: [...aim.warnings, ...others] };
}

function chosenPort({ spec }: Service, wanted: string | undefined): ServicePort | undefined {
  const ports = spec.ports ?? [];
  return wanted === undefined ? ports[0] : ports.find(({ name, port }) => name === wanted || `${port}` === wanted);
}

/** By its name, as a client of the cluster would. A headless Service's pods are met at their own port. */
function inside(
  service: Service,
  port: ServicePort | undefined,
  { target, client, atlas }: Asking & { readonly target: ServiceTarget },
): Aim {
  const { name, namespace } = service.metadata;
  const whole = `${name}.${namespace}.svc.${atlas.world.facts.domain}`;
  const host =
    client.pod === undefined ? whole : client.pod.metadata.namespace === namespace ? name : `${name}.${namespace}`;
  const headlessPort = atlas
    .slicesOf(`${namespace}/${name}`)
    .flatMap(({ ports }) => ports.filter((one) => one.name === (port?.name ?? "") && one.protocol === port?.protocol))
    .find((one) => one.port !== undefined)?.port;
  const number = service.spec.clusterIP === "None" ? headlessPort : port?.port;
  return byName(
    host,
    { port: number ?? (Number(target.port) || 80), protocol: port?.protocol ?? "TCP" },
    { client, atlas },
  );
}

/** By whatever leads to it from outside: its load balancer, an external IP, a node port. */
function outside(service: Service, port: ServicePort | undefined, asking: Asking): Aim {
  const { spec, status } = service;
  const object = named("Service", service);
  const [balancer] = status.loadBalancer.ingress ?? [];
  const at = { port: port?.port ?? 80, protocol: port?.protocol ?? "TCP" };
  const host = balancer?.ip ?? balancer?.hostname ?? spec.externalIPs?.[0];
  if (host !== undefined) return byName(host, at, asking);
  if (spec.type === "LoadBalancer") return stopped(pendingBalancer(service, asking.atlas));
  const node = bestNode(service, asking.atlas);
  if (port?.nodePort !== undefined && port.nodePort > 0 && node !== undefined)
    return { hops: [], places: [{ ip: node, port: port.nodePort, protocol: at.protocol }], warnings: [] };
  const shown = spec.clusterIP === "None" ? "is headless" : `is of type ${spec.type}`;
  const evidence = [{ object, field: "spec.type", value: spec.type }];
  return stopped({
    because: "InsideOnly",
    tells: `${object} ${shown}: nothing leads there from outside the cluster`,
    evidence,
    fix: wayOut(service, asking.atlas),
  });
}

/** Any node would do; with externalTrafficPolicy Local one that has an endpoint. */
function bestNode(service: Service, atlas: Atlas): Ip | undefined {
  const ready = atlas.world.nodes.filter(isReady);
  const forwards = ready.filter(({ metadata }) =>
    atlas
      .entry(service, metadata.name)
      .frontends.some(
        ({ via, cases }) =>
          via === "NodePort" && cases.some(({ from, verdict }) => from === "outside" && verdict.kind === "forward"),
      ),
  );
  const node = forwards[0] ?? ready[0] ?? atlas.world.nodes[0];
  return node && internalIPs(node)[0];
}
