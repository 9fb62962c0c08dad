import type { RedirectStatus, RouteFilters } from "./route-filters.ts";
import type { BackendSettings, Finding, RedirectTarget } from "./route-table.ts";

/** What an Ingress asks for beside its spec: its annotations, read. `ingress-entry.ts` makes routes of both. */
export interface IngressSettings {
  /** For every route of the Ingress. `httpsRedirect` stands here by itself: it depends on which hosts have certificates. */
  readonly filters: Omit<RouteFilters, "httpsRedirect">;
  readonly backend: BackendSettings;
  readonly httpsRedirect: { readonly when: "hostHasTls" | "always" | "never"; readonly status: RedirectStatus };
  /** Paths of type ImplementationSpecific are patterns; otherwise they are prefixes. */
  readonly usesPatterns: boolean;
  /**
   * The Ingress sends nobody anywhere by itself: it takes its part of what another one of the same host and path serves, whose filters,
   * protocol and timeouts hold for both.
   */
  readonly canary: Canary | undefined;
  readonly tlsPassthrough: boolean;
  /** Further names of every host of the Ingress: exact ones. */
  readonly aliases: readonly string[];
  /** `www.` is sent to the name without it, or the other way round, whichever the Ingress doesn't have. */
  readonly redirectsWww: boolean;
  /** Where requests for `/` are sent. */
  readonly appRoot: string | undefined;
  /** Where all requests are sent, instead of a backend. */
  readonly redirect: { readonly status: RedirectStatus; readonly to: RedirectTarget } | undefined;
  /** Sent to the Service's address, and not to its pods. */
  readonly serviceUpstream: boolean;
  /** `namespace/name` of the Service that serves where a path's own has no endpoints. */
  readonly fallbackService: string | undefined;
  /** Secrets, Services and ConfigMaps that were looked at, there or not: when one changes, the settings do. */
  readonly reads: readonly ObjectRead[];
  /** Who may come in can't be told by what the annotations say: every route of the Ingress answers 503. A finding says why. */
  readonly failsClosed: boolean;
  readonly findings: readonly Finding[];
}

/** `name` is `namespace/name`. */
export interface ObjectRead {
  readonly kind: "Secret" | "Service" | "ConfigMap";
  readonly name: string;
}

/** What holds where an Ingress doesn't say otherwise. */
export type IngressDefaults = Pick<IngressSettings, "filters" | "backend" | "httpsRedirect">;

/** In this order: the header decides, else the cookie, else the weight. */
export interface Canary {
  /** `always` and `never` in it decide; with `value` or `pattern` alone that does. */
  readonly header?: { readonly name: string; readonly value?: string; readonly pattern?: string };
  readonly cookie?: string;
  readonly weight: number;
  readonly weightTotal: number;
}
