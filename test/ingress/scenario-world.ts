import { createHash } from "node:crypto";
import { type ConfigMap, configMaps } from "#api/core/config-map.ts";
import { type Secret, secrets } from "#api/core/secret.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type Ingress, ingresses } from "#api/networking/ingress.ts";
import { type IngressClass, ingressClasses } from "#api/networking/ingress-class.ts";
import type { ApiObject } from "#client/resource.ts";
import { readAs } from "#client/wire.ts";
import { nameOf, type RouteWorld } from "#core/routes/route-world.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { type Authority, createAuthority, type KeyPair } from "#os/pki.ts";
import type { Scenario, ServiceShape } from "./scenario.ts";

/** The objects of a scenario with all that it leaves to be understood: Services, pods, certificates, a class. */
export interface ScenarioWorld {
  readonly name: string;
  readonly routes: RouteWorld;
  readonly ingresses: readonly Ingress[];
  readonly pods: readonly ScenarioPod[];
  /** By the name of the Secret. */
  readonly certificates: ReadonlyMap<string, KeyPair>;
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, Service>;
}

export interface ScenarioPod {
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  /** Of no network: judges say where it really listens. */
  readonly ip: string;
  /** By the port of the Service. */
  readonly ports: ReadonlyMap<number, number>;
  readonly protocol: ServiceShape["protocol"];
}

let authority: Promise<Authority> | undefined;
const pairs = new Map<string, Promise<KeyPair>>();

/** A certificate for these names, made once. */
async function pairFor(hosts: readonly string[]): Promise<KeyPair> {
  const validity = { from: Date.parse("2026-01-01"), to: Date.parse("2036-01-01") };
  authority ??= createAuthority("scenarios", validity);
  const known = pairs.get(hosts.join(" "));
  const made = known ?? authority.then((one) => one.forServer({ name: hosts[0] ?? "" }, hosts, validity));
  pairs.set(hosts.join(" "), made);
  return made;
}

export async function worldOf(scenario: Scenario): Promise<ScenarioWorld> {
  const certificates = new Map<string, KeyPair>();
  for (const [name, hosts] of scenario.certificates) certificates.set(name, await pairFor(hosts));
  const read = <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>): readonly O[] =>
    scenario.objects.flatMap((one, place) =>
      isJsonObject(one) && one.kind === kind.kind ? [kind.derive(readAs(kind, stored(one, kind, place)))] : [],
    );
  const all = read(ingresses);
  const byName = new Map(read(services).map((one) => [nameOf(one), one]));
  for (const name of impliedServices(scenario, all)) {
    if (!byName.has(name)) byName.set(name, impliedService(name, byName.size));
  }
  const pods = [...byName.values()].flatMap((service, place) => podsOf(service, scenario, place));
  const slices = [...byName.values()].map((service): [string, EndpointSlice] => [
    nameOf(service),
    sliceOf(service, pods),
  ]);
  return {
    name: scenario.name,
    ingresses: all,
    pods,
    certificates,
    services: byName,
    routes: routeWorld({
      ingresses: all,
      classes: withClass(read(ingressClasses)),
      services: byName,
      slices: new Map(slices),
      secrets: [...read(secrets), ...[...certificates].map(secretOf)],
      configMaps: read(configMaps),
    }),
  };
}

/** As a server would store it: in the default namespace, the first of a file being the oldest. */
function stored(
  document: Readonly<Record<string, unknown>>,
  { scope }: { readonly scope: string },
  place: number,
): unknown {
  const creationTimestamp = new Date(Date.parse("2026-01-01T00:00:00Z") + place * 1000)
    .toISOString()
    .replace(".000", "");
  const usual = { creationTimestamp, ...(scope === "Namespaced" && { namespace: "default" }) };
  return { ...document, metadata: { ...usual, ...Object(document.metadata) } };
}

/** Every Service that Ingresses or the scenario name, by `namespace/name`. */
function impliedServices({ services: shapes }: Scenario, all: readonly Ingress[]): ReadonlySet<string> {
  const named = all.flatMap(({ metadata, spec }) => {
    const paths = (spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
    const backends = [...paths.map(({ backend }) => backend), ...(spec.defaultBackend ? [spec.defaultBackend] : [])];
    return backends.flatMap(({ service }) => (service === undefined ? [] : `${metadata.namespace}/${service.name}`));
  });
  const all_ = [...named, ...[...shapes.keys()].map((name) => `default/${name}`)];
  return new Set(all_.filter((name) => !isAbsent(shapes, name.split("/")[1] ?? "")));
}

const isAbsent = (shapes: Scenario["services"], name: string): boolean =>
  shapes.has(name) && shapes.get(name) === undefined;

function impliedService(fullName: string, place: number): Service {
  const [namespace, name] = fullName.split("/");
  const spec = { clusterIP: `10.96.0.${place + 1}`, selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] };
  return readAs(services, { metadata: { namespace, name }, spec });
}

function podsOf({ metadata, spec }: Service, { services: shapes }: Scenario, place: number): readonly ScenarioPod[] {
  if (spec.type === "ExternalName") return [];
  const { pods, protocol } = shapes.get(metadata.name) ?? { pods: 1, protocol: "http" };
  const ports = new Map((spec.ports ?? []).map(({ port, targetPort }) => [port, Number(targetPort ?? port)]));
  return Array.from({ length: pods }, (_, index) => ({
    name: `${metadata.name}-${index}`,
    namespace: metadata.namespace,
    service: metadata.name,
    ip: `10.244.${place}.${index + 1}`,
    ports,
    protocol,
  }));
}

function sliceOf(service: Service, pods: readonly ScenarioPod[]): EndpointSlice {
  const { namespace, name } = service.metadata;
  const own = pods.filter((pod) => pod.namespace === namespace && pod.service === name);
  return readAs(endpointSlices, {
    metadata: { namespace, name: `${name}-x`, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: own.map((pod) => ({
      addresses: [pod.ip],
      conditions: { ready: true },
      targetRef: { kind: "Pod", namespace, name: pod.name },
    })),
    ports: (service.spec.ports ?? []).map(({ name: portName, port, targetPort }) => ({
      name: portName ?? "",
      port: Number(targetPort ?? port),
      protocol: "TCP",
    })),
  });
}

/** A scenario that has no class has the usual one. */
function withClass(classes: readonly IngressClass[]): readonly IngressClass[] {
  if (classes.length > 0) return classes;
  const annotations = { "ingressclass.kubernetes.io/is-default-class": "true" };
  return [
    readAs(ingressClasses, {
      metadata: { name: "portolan", annotations },
      spec: { controller: "portolan.io/ingress" },
    }),
  ];
}

function secretOf([name, { certificate, key }]: readonly [string, KeyPair]): Secret {
  const stringData = { "tls.crt": certificate, "tls.key": key };
  const secret = readAs(secrets, { metadata: { namespace: "default", name }, type: "kubernetes.io/tls", stringData });
  return secrets.derive(secret);
}

function routeWorld(objects: {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  readonly services: ReadonlyMap<string, Service>;
  readonly slices: ReadonlyMap<string, EndpointSlice>;
  readonly secrets: readonly Secret[];
  readonly configMaps: readonly ConfigMap[];
}): RouteWorld {
  const named = <O extends Parameters<typeof nameOf>[0]>(all: readonly O[]) =>
    new Map(all.map((one) => [nameOf(one), one]));
  const [byIngress, bySecret, byMap] = [named(objects.ingresses), named(objects.secrets), named(objects.configMaps)];
  return {
    ingress: (name) => byIngress.get(name),
    ingressClasses: () => objects.classes,
    service: (name) => objects.services.get(name),
    slices: (name) => {
      const slice = objects.slices.get(name);
      return slice === undefined ? [] : [slice];
    },
    secret: (name) => bySecret.get(name),
    configMap: (name) => byMap.get(name),
  };
}

export const fingerprintOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
