import { createHash } from "node:crypto";
import { configMaps } from "#api/core/config-map.ts";
import { type Secret, secrets } from "#api/core/secret.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { readAs } from "#client/wire.ts";
import type { RoutedObjects } from "#core/trace/ingress/routing.ts";
import { isJsonObject, type JsonObject } from "#machinery/json.ts";

/** The objects of an ingress controller that runs, for worlds that have Ingresses and don't bring one. */
export interface ToldController {
  readonly services: readonly JsonObject[];
  readonly pods: readonly JsonObject[];
  /** What looking at it shows. */
  readonly seen: readonly (readonly [string, string])[];
}

const namespace = "portolan-system";
const labels = { "app.kubernetes.io/name": "portolan-ingress" };
const address = "192.0.2.200";

export function controllerOf(documents: readonly JsonObject[]): ToldController {
  if (!documents.some(({ kind }) => kind === "Ingress")) return { services: [], pods: [], seen: [] };
  const ports = ["http", "https"].map((name) => ({ name, port: portOf(name), targetPort: name }));
  const service = {
    metadata: { namespace, name: "portolan-ingress", labels },
    spec: { type: "LoadBalancer", externalTrafficPolicy: "Local", selector: labels, ports },
    status: { loadBalancer: { ingress: [{ ip: address }] } },
  };
  const container = {
    name: "ingress",
    image: "portolan/ingress",
    ports: ["http", "https"].map((name) => ({ name, containerPort: portOf(name) })),
  };
  const pod = { metadata: { namespace, name: "portolan-ingress-1", labels }, spec: { containers: [container] } };
  const has = (kind: string, name: string): boolean =>
    documents.some((one) => one.kind === kind && partOf(one, "metadata").name === name);
  return {
    services: has("Service", "portolan-ingress") ? [] : [service],
    pods: has("Pod", "portolan-ingress-1") ? [] : [pod],
    seen: [[`sockets ${namespace}/portolan-ingress-1`, "tcp 0.0.0.0 80, tcp 0.0.0.0 443"]],
  };
}

const portOf = (name: string): number => (name === "http" ? 80 : 443);

/**
 * Ingresses, with the controller's address where they don't say otherwise, each a day younger than the one before; the class portolan, which
 * is the default; Secrets by their `stringData`.
 */
export function routedIn(documents: readonly JsonObject[], unread: ReadonlyMap<string, string>): RoutedObjects {
  const ofKind = (kind: string): readonly JsonObject[] => documents.filter((one) => one.kind === kind);
  const all = ofKind("Secret").map(secretOf);
  return {
    ingresses: ofKind("Ingress").map((one, i) => readAs(ingresses, answered(one, i))),
    classes: [ownClass, ...ofKind("IngressClass")].map((one) => readAs(ingressClasses, classOf(one))),
    secrets: new Map(all.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one])),
    configMaps: new Map(
      ofKind("ConfigMap").map((one) => {
        const map = readAs(configMaps, { apiVersion: "v1", ...one });
        return [`${map.metadata.namespace}/${map.metadata.name}`, map];
      }),
    ),
    unread,
    shelf: {
      inspectCertificate: readTold,
      fingerprint: (text) => createHash("sha256").update(text).digest("hex"),
      now: () => Date.parse("2026-06-01T00:00:00Z"),
    },
  };
}

/** A certificate is told as `names a.example,b.example until 2030-01-01` between its lines. */
function readTold(chain: string): ReturnType<RoutedObjects["shelf"]["inspectCertificate"]> {
  const [, names = "", until = ""] = /names (\S+) until (\S+)/.exec(chain) ?? [];
  if (names === "") return { names: [], notAfter: 0, problem: "tls.crt holds no certificate that can be read, as PEM" };
  return { names: names.split(","), notAfter: Date.parse(until) };
}

const partOf = (object: JsonObject, field: string): JsonObject => {
  const part = object[field];
  return isJsonObject(part) ? part : {};
};

const ownClass: JsonObject = {
  metadata: { name: "portolan", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
  spec: { controller: "portolan.io/ingress" },
};

const classOf = (one: JsonObject): JsonObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  ...one,
  metadata: { uid: "class", creationTimestamp: "2026-01-01T00:00:00Z", ...partOf(one, "metadata") },
});

const answered = (ingress: JsonObject, i: number): JsonObject => ({
  apiVersion: "networking.k8s.io/v1",
  status: { loadBalancer: { ingress: [{ ip: address }] } },
  ...ingress,
  metadata: {
    namespace: "default",
    uid: `ingress-${i}`,
    creationTimestamp: `2026-02-0${i + 1}T00:00:00Z`,
    ...partOf(ingress, "metadata"),
  },
});

function secretOf(secret: JsonObject): Secret {
  const data = Object.entries(partOf(secret, "stringData")).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  const { stringData: _, ...rest } = secret;
  return readAs(secrets, {
    apiVersion: "v1",
    ...rest,
    metadata: { namespace: "default", uid: "secret", ...partOf(secret, "metadata") },
    data: Object.fromEntries(data),
  });
}
