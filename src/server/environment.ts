import type { limitRanges } from "#api/core/limit-range.ts";
import type { resourceQuotas } from "#api/core/resource-quota.ts";
import type { KindCatalogue } from "#machinery/catalogue.ts";
import type { Cidr } from "#net/cidr.ts";
import type { PortRange } from "#net/port.ts";
import type { Store } from "#store/store.ts";
import type { ServiceAddresses } from "./addresses/service-addresses.ts";
import type { KeyedTurns } from "./admission/keyed-turns.ts";
import type { NamespacePolicies } from "./admission/namespace-policies.ts";
import type { NamespacedObjects } from "./admission/namespaced-objects.ts";
import type { Turns } from "./answers/turns.ts";
import type { AuditOptions, AuditParts } from "./audit/audit-log.ts";
import type { OidcOptions, OidcTokens } from "./authentication/oidc/oidc-tokens.ts";
import type { TokenIssuer, TokenOptions } from "./authentication/token-issuer.ts";
import type { Access } from "./authorization/authorize.ts";
import type { Check } from "./documents/health.ts";
import type { Fairness, InFlightLimits } from "./fairness/fairness.ts";
import type { ServerMetrics } from "./metrics/metrics.ts";
import type { StoreReadings } from "./metrics/readings.ts";
import type { ShareBook } from "./sharing/share-book.ts";
import type { SharingOptions } from "./sharing/share-url.ts";
import type { OpenStreams } from "./watches/open-streams.ts";
import type { SlowReaders } from "./watches/slow-readers.ts";

/** What every part of the server works with. */
export interface Environment extends ServerParts, Access {
  readonly serviceAddresses: ServiceAddresses;
  readonly podSecurity: NamespacePolicies;
  readonly limitRanges: NamespacedObjects<typeof limitRanges.type>;
  readonly resourceQuotas: NamespacedObjects<typeof resourceQuotas.type>;
  /** By namespace: writes that cost its quotas something. */
  readonly quotaTurns: KeyedTurns;
  readonly metrics: ServerMetrics;
  readonly readings: StoreReadings;
  /** What must be well for the server to be. */
  readonly checks: readonly Check[];
  readonly openStreams: OpenStreams;
  readonly shareBook: ShareBook;
  readonly slowReaders: SlowReaders;
  readonly turns: Turns;
  readonly fairness: Fairness;
  /** undefined: nothing is audited. */
  readonly audit: AuditParts | undefined;
  /** Who makes tokens of service accounts; undefined: nobody does. */
  readonly tokenIssuer: TokenIssuer | undefined;
  /** Tokens that somebody else makes; undefined: none are taken. */
  readonly oidc: OidcTokens | undefined;
}

/** What a server is made of. */
export interface ServerParts {
  /** What it serves. */
  readonly catalogue: KindCatalogue;
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly chance: Chance;
  readonly options: ServerOptions;
  /** Told of what should never happen: a request that failed for no reason of its own. */
  readonly report: (fault: unknown) => void;
}

/** Where what nobody can foresee comes from. */
export interface Chance {
  /** A fresh UUID as RFC 9562 writes it. */
  readonly uuid: () => string;
  /** 0 ≤ result < below. */
  readonly number: (below: number) => number;
}

export interface ServerOptions {
  /** What `/version` reports, as in `v1.36.0`. */
  readonly gitVersion: string;
  /** One block a family; the first is of the cluster's own family. */
  readonly serviceRanges: readonly Cidr[];
  /** In the beginning; it can be changed while the server runs. */
  readonly nodePortRange: PortRange;
  /** How the server shows itself to the agents of nodes; undefined: it can't reach them, and says so. */
  readonly kubelet: KubeletCredentials | undefined;
  /** Absent: service accounts get no tokens. */
  readonly tokens?: TokenOptions;
  /** Absent: nobody else says who somebody is. */
  readonly oidc?: OidcOptions;
  /** Whether pods are beyond this machine's reach, so that proxies ask them through the agents of their nodes; they aren't where it isn't said. */
  readonly podsByAgents?: boolean;
  /** Whether proxies answer under the paths that Kubernetes removed, too; they do where it isn't said. */
  readonly legacyProxyPaths?: boolean;
  /** Where links to single Services are served; undefined: there are none. */
  readonly sharing?: SharingOptions;
  /** How often watches that want bookmarks are told how far they have come; a minute, as Kubernetes does, where it isn't said. */
  readonly bookmarkEveryMs?: number;
  /** What is written down of requests, and where; absent: nothing. */
  readonly audit?: AuditOptions;
  /** How many requests are worked on at once; 400 that read and 200 that write, where it isn't said. */
  readonly inFlight?: InFlightLimits;
  /** How long a body may take to arrive; a minute, where it isn't said. */
  readonly bodyMilliseconds?: number;
}

/** PEM texts. */
export interface KubeletCredentials {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}
