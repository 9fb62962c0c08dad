import type { Pod } from "#api/core/pod.ts";
import type { Service, ServicePort } from "#api/core/service.ts";
import type { Ip } from "#net/ip.ts";
import type { Protocol } from "#net/port.ts";
import type { Frontend, ServiceEntry } from "../services/service-map.ts";
import type { Hop } from "./story.ts";

/** Where a packet is sent to. */
export interface Place {
  readonly ip: Ip;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Whose address it is, for this client. */
export type Landing =
  | { readonly kind: "frontend"; readonly at: Exposed; readonly hop: Hop }
  /** Goes where routes lead, untranslated. `node`: whose rules it meets first. */
  | { readonly kind: "direct"; readonly node: string | undefined; readonly hop: Hop }
  | { readonly kind: "stops"; readonly hop: Hop };

/** Who exposes something: a Service at one of its ports, or a pod at a port of its node. */
export type Owner =
  | { readonly kind: "Service"; readonly service: Service; readonly port: ServicePort | undefined }
  | { readonly kind: "Pod"; readonly pod: Pod };

/** An address and port on one node, and who is behind it. */
export interface Exposed {
  readonly owner: Owner;
  /** `Service default/web`, `Pod default/web-1` */
  readonly object: string;
  readonly entry: ServiceEntry;
  readonly frontend: Frontend;
  /** Whose rules translate it. */
  readonly node: string;
}
