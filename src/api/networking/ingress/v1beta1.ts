import { defineVersion, unchanged } from "#machinery/kind.ts";
import {
  defaulted,
  inlined,
  intOrString,
  list,
  object,
  optional,
  present,
  required,
  type Stored,
  string,
} from "#machinery/schema.ts";
import { TypedLocalObjectReference } from "../../core/references.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { type IngressBackend, type IngressSpec, IngressStatus, IngressTLS } from "./spec.ts";

export class IngressBackendV1beta1 extends object("io.k8s.api.networking.v1beta1.IngressBackend", {
  serviceName: optional(1, string),
  servicePort: optional(2, intOrString),
  resource: optional(3, TypedLocalObjectReference),
}) {}

export class HTTPIngressPathV1beta1 extends object("io.k8s.api.networking.v1beta1.HTTPIngressPath", {
  path: optional(1, string),
  backend: present(2, IngressBackendV1beta1),
  pathType: defaulted(3, string, "ImplementationSpecific", { zero: "counts" }),
}) {}

export class HTTPIngressRuleValueV1beta1 extends object("io.k8s.api.networking.v1beta1.HTTPIngressRuleValue", {
  paths: required(1, list(HTTPIngressPathV1beta1)),
}) {}

export class IngressRuleV1beta1 extends object("io.k8s.api.networking.v1beta1.IngressRule", {
  host: optional(1, string),
  ...inlined(2, { http: optional(1, HTTPIngressRuleValueV1beta1) }),
}) {}

export class IngressSpecV1beta1 extends object("io.k8s.api.networking.v1beta1.IngressSpec", {
  backend: optional(1, IngressBackendV1beta1),
  tls: optional(2, list(IngressTLS)),
  rules: optional(3, list(IngressRuleV1beta1)),
  ingressClassName: optional(4, string, { zero: "counts" }),
}) {}

const fields = {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, IngressSpecV1beta1, {}),
  status: defaulted(3, IngressStatus, {}),
};
export class IngressV1beta1 extends object("io.k8s.api.networking.v1beta1.Ingress", fields) {}
export class ExtensionsIngress extends object("io.k8s.api.extensions.v1beta1.Ingress", fields) {}

interface Hub {
  readonly metadata: ObjectMeta;
  readonly spec: IngressSpec;
  readonly status: IngressStatus;
}
type Old = Stored<typeof IngressV1beta1>;

// Source: pkg/apis/networking/v1beta1/conversion.go.

const toHub = ({ metadata, spec: { backend, rules, ...spec }, status }: Old) => ({
  metadata,
  spec: {
    ...spec,
    defaultBackend: backend && backendToHub(backend),
    rules: rules?.map(({ host, http }) => ({
      host,
      http: http && { paths: http.paths.map((path) => ({ ...path, backend: backendToHub(path.backend) })) },
    })),
  },
  status,
});

const fromHub = ({ metadata, spec: { defaultBackend, rules, ...spec }, status }: Hub) => ({
  metadata,
  spec: {
    ...spec,
    backend: defaultBackend && backendFromHub(defaultBackend),
    rules: rules?.map(({ host, http }) => ({
      host,
      http: http && { paths: http.paths.map((path) => ({ ...path, backend: backendFromHub(path.backend) })) },
    })),
  },
  status,
});

function backendToHub({ resource, serviceName, servicePort }: IngressBackendV1beta1) {
  if (serviceName === undefined && servicePort === undefined) return { resource };
  const port = typeof servicePort === "string" ? { name: servicePort } : { number: servicePort };
  return { resource, service: { name: serviceName ?? "", port } };
}

const backendFromHub = ({ resource, service }: IngressBackend) => ({
  resource,
  serviceName: service?.name,
  servicePort: service && (service.port.name ?? service.port.number ?? 0),
});

const use = "networking.k8s.io/v1";

export const ingressV1beta1 = defineVersion<typeof IngressV1beta1, Hub>({
  group: "networking.k8s.io",
  version: "v1beta1",
  type: IngressV1beta1,
  derive: unchanged,
  toHub,
  fromHub,
  deprecation: { deprecatedIn: "v1.19", removedIn: "v1.22", use },
});

export const extensionsIngress = defineVersion<typeof ExtensionsIngress, Hub>({
  group: "extensions",
  version: "v1beta1",
  type: ExtensionsIngress,
  derive: unchanged,
  toHub,
  fromHub,
  deprecation: { deprecatedIn: "v1.14", removedIn: "v1.22", use },
});
