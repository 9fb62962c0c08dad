import type { IngressClass } from "#api/networking/ingress-class.ts";
import type { Cidr } from "#net/cidr.ts";
import type { BackendWish } from "./backend-wish.ts";
import type { Finding, Origin, StreamRoute } from "./route-table.ts";
import type { Read, RouteWorld } from "./route-world.ts";

/** What holds for all Ingresses together: what the parameters of the served classes say. */
export interface ClassSettings {
  readonly trusted: readonly Cidr[];
  readonly acceptsProxyHeader: boolean;
  /** The Secret whose certificate is shown where there is no other; `name` is `namespace/name`. */
  readonly defaultCertificate: { readonly name: string; readonly origin: Origin } | undefined;
  readonly streams: readonly StreamRoute[];
  readonly backends: readonly BackendWish[];
  readonly reads: readonly Read[];
  readonly shapes: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** Reads them anew. */
export function classSettings(_classes: readonly IngressClass[], _world: RouteWorld): ClassSettings {
  return {
    trusted: [],
    acceptsProxyHeader: false,
    defaultCertificate: undefined,
    streams: [],
    backends: [],
    reads: [],
    shapes: new Map(),
    findings: [],
  };
}
