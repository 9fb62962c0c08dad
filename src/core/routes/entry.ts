import type { BackendWish } from "./backend-wish.ts";
import type { CertificateReading } from "./certificate-shelf.ts";
import type { Ownership, ServedClasses } from "./ingress-class.ts";
import type { Canary, IngressSettings } from "./ingress-settings.ts";
import type { Certificate, Finding, HostPattern, Passthrough, Route } from "./route-table.ts";
import type { Read, RouteWorld } from "./route-world.ts";

/** What one Ingress asks for, computed from it and the objects that it names alone. What others ask for is weighed in `host-routes.ts`. */
export interface IngressEntry {
  /** `namespace/name`. */
  readonly name: string;
  readonly seniority: string;
  /** One that isn't ours has nothing of what follows. */
  readonly ownership: Ownership;
  readonly hosts: ReadonlyMap<HostPattern, HostClaim>;
  /** Names that are answered by TLS. */
  readonly tls: ReadonlyMap<HostPattern, TlsClaim>;
  readonly passthroughs: readonly Passthrough[];
  readonly backends: readonly BackendWish[];
  readonly httpsRedirect: IngressSettings["httpsRedirect"];
  readonly reads: readonly Read[];
  /** `serviceShape` of each Service that was looked at. */
  readonly shapes: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** What an Ingress wants of one host. */
export interface HostClaim {
  readonly routes: readonly Route[];
  readonly canaries: readonly CanaryRoute[];
  /**
   * The annotation by which the Ingress has the host beside those of its rules: a further name, which an Ingress with a rule for it has
   * instead. Undefined: there is a rule, or a default backend.
   */
  readonly furtherBy: string | undefined;
}

/** Takes its part of the requests that another Ingress' route of the same match gets. */
export interface CanaryRoute {
  readonly route: Route;
  /** Spoken to by the settings of the Ingress that it is a canary of; undefined where it has nobody to send to. */
  readonly wish: BackendWish | undefined;
  readonly canary: Canary;
}

/** `certificate` undefined: the default one is shown. */
export interface TlsClaim {
  readonly certificate: Certificate | undefined;
  /** Why there is none, where one was asked for. */
  readonly field: string;
}

export interface EntrySurroundings {
  readonly world: RouteWorld;
  readonly classes: ServedClasses;
  /** By `namespace/name` of the Secret. */
  readonly certificate: (secret: string) => CertificateReading;
}
