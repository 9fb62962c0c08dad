import type { ConfigMap } from "#api/core/config-map.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { IngressBackend, IngressTLS } from "#api/networking/ingress/spec.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";
import { portolanController, RouteBook, type RouteBookOptions } from "./route-book.ts";
import type { Finding, Route, RouteTable, Target } from "./route-table.ts";
import { nameOf, type RouteWorld } from "./route-world.ts";

/** A world of objects in memory, for tests. */
export class TestWorld implements RouteWorld {
  readonly ingresses = new Map<string, Ingress>();
  readonly classes = new Map<string, IngressClass>();
  readonly services = new Map<string, Service>();
  readonly allSlices = new Map<string, readonly EndpointSlice[]>();
  readonly secrets = new Map<string, Secret>();
  readonly configMaps = new Map<string, ConfigMap>();

  readonly ingress = (name: string) => this.ingresses.get(name);
  readonly ingressClasses = () => this.classes.values();
  readonly service = (name: string) => this.services.get(name);
  readonly slices = (service: string) => this.allSlices.get(service) ?? [];
  readonly secret = (name: string) => this.secrets.get(name);
  readonly configMap = (name: string) => this.configMaps.get(name);

  /** A Service with its endpoints: `web 80:10.1.0.1 10.1.0.2`, in namespace default where none is given. */
  serve(text: string): void {
    const service = serviceOf(text.split(":")[0] ?? "");
    const name = nameOf(service);
    this.services.set(name, service);
    const addresses = (text.split(":")[1] ?? "").split(" ").filter((one) => one !== "");
    this.allSlices.set(name, [sliceOf(service, addresses)]);
  }

  add(...ingresses: readonly Ingress[]): void {
    for (const one of ingresses) this.ingresses.set(nameOf(one), one);
  }
}

const meta = (text: string, age = 0) => {
  const [name = "", namespace = "default"] = text.split("/").toReversed();
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, 100 - age)).toISOString().replace(".000Z", "Z");
  return { name, namespace, uid: text, resourceVersion: "1", creationTimestamp };
};

/** `shop/web 80 http=81`: numbers, and names with numbers. */
export function serviceOf(text: string, spec: Partial<Service["spec"]> = {}): Service {
  const [name = "", ...ports] = text.split(" ");
  return {
    metadata: meta(name),
    spec: {
      type: "ClusterIP",
      sessionAffinity: "None",
      clusterIP: "10.96.0.1",
      ports: ports.map((port) => {
        const [number = "", portName] = port.split("=").toReversed();
        return { protocol: "TCP", port: Number(number), ...(portName === undefined ? {} : { name: portName }) };
      }),
      ...spec,
    },
    status: { loadBalancer: {} },
  };
}

/** Endpoints `10.1.0.1`; `10.1.0.2!` is not ready. Pods listen on 8080. */
export function sliceOf(service: Service, addresses: readonly string[]): EndpointSlice {
  return {
    metadata: { ...meta(`${nameOf(service)}-1`), labels: { "kubernetes.io/service-name": service.metadata.name } },
    addressType: "IPv4",
    ports: (service.spec.ports ?? []).map(({ name = "", protocol }) => ({ name, protocol, port: 8080 })),
    endpoints: addresses.map((one) => ({
      addresses: [one.replace("!", "")],
      conditions: { ready: !one.endsWith("!") },
    })),
  };
}

export interface IngressDraft {
  /** Seconds since it was made. */
  readonly age?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly className?: string;
  readonly tls?: readonly IngressTLS[];
}

/**
 * `shop/front: a.example/x=web:80 a.example/y$=api:http *=other:80`: the default backend is `*`; paths that end in `$` are Exact, those in `~`
 * ImplementationSpecific, all others Prefix. A path without a host is every host's.
 */
export function ingressOf(text: string, { age, annotations = {}, className, tls }: IngressDraft = {}): Ingress {
  const colon = text.indexOf(": ");
  const rows = text.slice(colon + 2).split(" ");
  const rules = rows.filter((row) => !row.startsWith("*=")).map(ruleOf);
  const last = rows.find((row) => row.startsWith("*="));
  return {
    metadata: { ...meta(text.slice(0, colon), age), annotations },
    spec: {
      ...(rules.length === 0 ? {} : { rules }),
      ...(last === undefined ? {} : { defaultBackend: backendOf(last.slice(2)) }),
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tls === undefined ? {} : { tls }),
    },
    status: { loadBalancer: {} },
  };
}

function ruleOf(row: string) {
  const equals = row.lastIndexOf("=");
  const [left, right] = equals < 0 ? [row, undefined] : [row.slice(0, equals), row.slice(equals + 1)];
  const slash = left.indexOf("/");
  const host = slash < 0 ? left : left.slice(0, slash);
  const named = host === "" ? {} : { host };
  if (right === undefined) return named;
  const path = slash < 0 ? "/" : left.slice(slash);
  const pathType = path.endsWith("$") ? "Exact" : path.endsWith("~") ? "ImplementationSpecific" : "Prefix";
  return { ...named, http: { paths: [{ path: path.replace(/[$~]$/, ""), pathType, backend: backendOf(right) }] } };
}

function backendOf(text: string): IngressBackend {
  const [name = "", port = ""] = text.split(":");
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

interface ClassDraft {
  readonly age?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `namespace/name` of a ConfigMap. */
  readonly parameters?: string;
}

export function classOf(
  name: string,
  controller: string,
  { age, annotations = {}, parameters }: ClassDraft = {},
): IngressClass {
  const [namespace = "", configMap = ""] = parameters?.split("/") ?? [];
  return {
    metadata: { ...meta(name, age), namespace: "", annotations },
    spec: {
      controller,
      ...(parameters !== undefined && {
        parameters: { kind: "ConfigMap", name: configMap, scope: "Namespace", namespace },
      }),
    },
  };
}

export const configMapOf = (name: string, data: Readonly<Record<string, string>>): ConfigMap => ({
  metadata: meta(name),
  data,
});

/** A Secret whose certificate names what it says: `names: a.example, b.example`. */
export function certificateSecret(name: string, pem: string): Secret {
  const bytes = (text: string) => new TextEncoder().encode(text).toBase64();
  const data = {
    "tls.crt": bytes(`-----BEGIN CERTIFICATE-----${pem}`),
    "tls.key": bytes("-----BEGIN PRIVATE KEY-----"),
  };
  return { metadata: meta(name), type: "kubernetes.io/tls", data };
}

/** Certificates are texts: `names: a.example, b.example`, perhaps with `; until 5` or `; problem: …`. */
export const testOptions: RouteBookOptions = {
  controllers: [portolanController],
  httpPort: 80,
  httpsPort: 443,
  families: ["IPv4", "IPv6"],
  fingerprint: (text) => `${text.length}-${[...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) | 0, 7)}`,
  inspectCertificate: (chain) => ({
    names: /names: ([^;]*)/.exec(chain)?.[1]?.split(", ") ?? [],
    notAfter: Number(/until (\d+)/.exec(chain)?.[1] ?? 1000),
    ...(/problem: (.*)/.exec(chain) === null ? {} : { problem: /problem: (.*)/.exec(chain)?.[1] ?? "" }),
  }),
  now: () => 100,
};

/** The routes of a table, a line each: `a.example exact /x -> default/web:80`, by host and in the order of their precedence. */
export const routeLines = ({ routeSets }: RouteTable): readonly string[] =>
  [...(routeSets.get("ingress")?.hosts.values() ?? [])]
    .toSorted((a, b) => (a.host < b.host ? -1 : 1))
    .flatMap(({ routes }) => routes.map(routeLine));

export function routeLine({ host, match, to, filters }: Route): string {
  const conditions = [
    ...match.headers.map(({ name, kind, value }) => `[${name} ${kind === "exact" ? "is" : "fits"} ${value}]`),
    ...match.cookies.map(({ name, value }) => `[cookie ${name} is ${value}]`),
  ];
  const redirect = filters.httpsRedirect === undefined ? [] : [`(${filters.httpsRedirect.status} to https)`];
  const { kind, value } = match.path;
  return [host, kind, value === "" ? "/" : value, ...conditions, ...redirect, "->", targetLine(to)].join(" ");
}

function targetLine(to: Target): string {
  if (to.kind === "answer") return `${to.status} ${to.because}`;
  if (to.kind === "redirect") {
    const { kind: _, ...parts } = to.to;
    return `${to.status} ${Object.entries(parts)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`;
  }
  const [first, ...others] = to.backends;
  if (first !== undefined && others.length === 0) return first.backend;
  return to.backends.map(({ backend, weight }) => `${weight}x ${backend}`).join(", ");
}

/** `default/web:80 = 10.1.0.1:8080; 10.1.0.2:8080 NotReady`. */
export const backendLines = ({ backends }: RouteTable): readonly string[] =>
  [...backends.values()]
    .map(({ id, pool: { members, leftOut } }) => {
      const others = leftOut.map(({ endpoint, because }) => `; ${endpoint.ip.text}:${endpoint.port} ${because}`);
      return `${id} = ${members.map(({ ip, port }) => `${ip.text}:${port}`).join(" ")}${others.join("")}`;
    })
    .toSorted();

/** `refused RouteTaken spec.rules[0].http.paths[0]`. */
export const findingLines = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ weight, because, origin }) => `${weight} ${because} ${origin.field}`);

/** A book that has heard of everything in a world. */
export function bookOf(world: TestWorld, options: Partial<RouteBookOptions> = {}): RouteBook {
  const book = new RouteBook({ ...testOptions, ...options });
  book.setClasses(world);
  for (const name of world.ingresses.keys()) book.setIngress(name, world);
  return book;
}
