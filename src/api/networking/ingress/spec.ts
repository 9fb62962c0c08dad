import { defaulted, inlined, int32, list, object, optional, present, required, string } from "#machinery/schema.ts";
import { TypedLocalObjectReference } from "../../core/references.ts";

export class ServiceBackendPort extends object(
  "io.k8s.api.networking.v1.ServiceBackendPort",
  {
    name: optional(1, string),
    number: optional(2, int32()),
  },
  { atomic: true },
) {}

export class IngressServiceBackend extends object("io.k8s.api.networking.v1.IngressServiceBackend", {
  name: present(1, string),
  port: defaulted(2, ServiceBackendPort, {}),
}) {}

export class IngressBackend extends object("io.k8s.api.networking.v1.IngressBackend", {
  resource: optional(3, TypedLocalObjectReference),
  service: optional(4, IngressServiceBackend),
}) {}

export class HTTPIngressPath extends object("io.k8s.api.networking.v1.HTTPIngressPath", {
  path: optional(1, string),
  backend: present(2, IngressBackend),
  pathType: required(3, string),
}) {}

export class HTTPIngressRuleValue extends object("io.k8s.api.networking.v1.HTTPIngressRuleValue", {
  paths: required(1, list(HTTPIngressPath)),
}) {}

export class IngressRule extends object("io.k8s.api.networking.v1.IngressRule", {
  host: optional(1, string),
  ...inlined(2, { http: optional(1, HTTPIngressRuleValue) }),
}) {}

export class IngressTLS extends object("io.k8s.api.networking.v1.IngressTLS", {
  hosts: optional(1, list(string)),
  secretName: optional(2, string),
}) {}

export class IngressSpec extends object("io.k8s.api.networking.v1.IngressSpec", {
  defaultBackend: optional(1, IngressBackend),
  tls: optional(2, list(IngressTLS)),
  rules: optional(3, list(IngressRule)),
  ingressClassName: optional(4, string, { zero: "counts" }),
}) {}

export class IngressPortStatus extends object("io.k8s.api.networking.v1.IngressPortStatus", {
  port: present(1, int32()),
  protocol: present(2, string),
  error: optional(3, string, { zero: "counts" }),
}) {}

export class IngressLoadBalancerIngress extends object("io.k8s.api.networking.v1.IngressLoadBalancerIngress", {
  ip: optional(1, string),
  hostname: optional(2, string),
  ports: optional(4, list(IngressPortStatus)),
}) {}

export class IngressLoadBalancerStatus extends object("io.k8s.api.networking.v1.IngressLoadBalancerStatus", {
  ingress: optional(1, list(IngressLoadBalancerIngress)),
}) {}

export class IngressStatus extends object("io.k8s.api.networking.v1.IngressStatus", {
  loadBalancer: defaulted(1, IngressLoadBalancerStatus, {}),
}) {}
