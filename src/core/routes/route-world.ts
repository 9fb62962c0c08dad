import type { ConfigMap } from "#api/core/config-map.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";

/** The objects that routes are made of, as they are now; by `namespace/name`, undefined where there is none. */
export interface RouteWorld {
  readonly ingress: (name: string) => Ingress | undefined;
  readonly ingressClasses: () => Iterable<IngressClass>;
  readonly service: (name: string) => Service | undefined;
  /** The EndpointSlices of a Service. */
  readonly slices: (service: string) => readonly EndpointSlice[];
  readonly secret: (name: string) => Secret | undefined;
  readonly configMap: (name: string) => ConfigMap | undefined;
}

/** An object that was looked at, there or not: when it changes, so does what was made of it. */
export interface Read {
  readonly kind: "Secret" | "Service" | "ConfigMap";
  /** `namespace/name`. */
  readonly name: string;
}

/** `namespace/name`, as routes name objects. */
export const nameOf = ({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }) =>
  `${metadata.namespace}/${metadata.name}`;

/** Orders objects that want the same: the smaller one has it. The older wins, then the name decides. */
export const seniorityOf = (object: Parameters<typeof nameOf>[0] & { metadata: { creationTimestamp: string } }) =>
  `${object.metadata.creationTimestamp} ${nameOf(object)}`;
