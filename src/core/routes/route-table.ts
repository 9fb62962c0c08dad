import type { Cidr } from "#net/cidr.ts";
import type { Protocol } from "#net/port.ts";
import type { Reason } from "../reasons.ts";
import type { Pool } from "../services/service-map.ts";
import type { RedirectStatus, RouteFilters } from "./route-filters.ts";

/**
 * Which request or connection goes where, for whatever engine serves it: HAProxy, the embedded one, and trace read the same values.
 * Ingress fills it; Gateway API has its place in it: a Gateway's listener is a Listener with a RouteSet of its own, an HTTPRoute's rule
 * is a Route with matches, filters and weights.
 */
export interface RouteTable {
  readonly listeners: readonly Listener[];
  readonly routeSets: ReadonlyMap<RouteSetId, RouteSet>;
  readonly backends: ReadonlyMap<BackendId, Backend>;
  readonly certificates: Certificates;
  /** TLS that is passed on as it comes, by the name that the client asks for: it wins over a Certificate and over routes of the name. */
  readonly passthroughs: ReadonlyMap<HostPattern, Passthrough>;
  readonly streams: readonly StreamRoute[];
}

/** What differs from the table that was served before. */
export interface TableChange {
  readonly backends: ReadonlySet<BackendId>;
  readonly hosts: ReadonlySet<HostPattern>;
  /** Listeners, certificates, passthroughs or streams. */
  readonly others: boolean;
}

/** `http`, `https`; of a Gateway `namespace/name#listener`. */
export type ListenerId = string;
export type RouteSetId = string;
/**
 * `default/kubia:80`, `default/dns:53/UDP`; and `~namespace/ingress` behind it where an Ingress asks for something of its own on the way to the
 * pods, `~tcp.9000` where a stream does.
 */
export type BackendId = string;
/**
 * Names the route in metrics, logs and traces: `default/kubia#spec.rules[0].http.paths[1]`; `?host=a.example` behind it where a field makes routes
 * of several hosts, `?canary=header` or `?main=cookie` where a canary takes its part.
 */
export type RouteId = string;
/** Lower case: a full name; `*.example.com`, which stands for one label (Ingress) or any number of them (Gateway); `*`, which is any. */
export type HostPattern = string;

export interface Listener {
  readonly id: ListenerId;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
  readonly routes: RouteSetId;
  /** Peers that are believed: what they say of clients in X-Forwarded-* and Forwarded. */
  readonly trusted: readonly Cidr[];
  /** Peers must begin with a PROXY header (those in `trusted`, where there are any; others are closed). */
  readonly acceptsProxyHeader: boolean;
}

export interface RouteSet {
  readonly id: RouteSetId;
  /** How many labels `*.` stands for. */
  readonly wildcards: "oneLabel" | "anyLabels";
  readonly hosts: ReadonlyMap<HostPattern, HostRoutes>;
}

/**
 * The routes of one host, in the order of their precedence: the first that matches serves. A host without one that matches leaves the
 * request to the next wider pattern (`a.example.com`, `*.example.com`, `*`); after the last it is answered with 404.
 */
export interface HostRoutes {
  readonly host: HostPattern;
  readonly routes: readonly Route[];
  /** Routes that another, older one hides. */
  readonly shadowed: readonly { readonly route: Route; readonly by: RouteId }[];
}

export interface Route {
  readonly id: RouteId;
  readonly host: HostPattern;
  readonly match: RouteMatch;
  /** Of two that match alike the smaller one serves: creation time, then namespace/name, then the place in the object. */
  readonly seniority: string;
  /** Applied in the order in which RouteFilters names them. */
  readonly filters: RouteFilters;
  readonly to: Target;
  readonly origin: Origin;
}

/** All of it must fit. */
export interface RouteMatch {
  readonly path: PathMatch;
  /** Absent: every method. */
  readonly method?: string;
  /** Names in lower case. */
  readonly headers: readonly ValueMatch[];
  readonly query: readonly ValueMatch[];
  readonly cookies: readonly ValueMatch[];
}

/**
 * `exact`: byte for byte. `prefix`: element by element, no slash at the end (`/` itself is the empty text ""). `pattern`: a regular
 * expression that is tried from the start of the path, without regard to case, as ingress-nginx has it.
 */
export interface PathMatch {
  readonly kind: "exact" | "prefix" | "pattern";
  readonly value: string;
}

/** `pattern`: a regular expression that the whole value must fit. */
export interface ValueMatch {
  readonly name: string;
  readonly kind: "exact" | "pattern";
  readonly value: string;
}

export type Target =
  /** One of these, by weight: not negative, not all 0. */
  | { readonly kind: "backends"; readonly backends: readonly WeightedBackend[] }
  /** The client is sent elsewhere. */
  | { readonly kind: "redirect"; readonly status: RedirectStatus; readonly to: RedirectTarget }
  /** The engine answers by itself. */
  | { readonly kind: "answer"; readonly status: number; readonly because: Reason; readonly body?: string };

/** `location` is all of it; of `parts` what is absent stays as the request has it. */
export type RedirectTarget =
  | { readonly kind: "location"; readonly location: string }
  | {
      readonly kind: "parts";
      readonly scheme?: "http" | "https";
      readonly host?: string;
      readonly port?: number;
      readonly path?: string;
      /** Replaces what a prefix match has matched. */
      readonly prefix?: string;
    };

export interface WeightedBackend {
  readonly backend: BackendId;
  readonly weight: number;
}

/** Where requests are sent: pods' addresses, straight from the EndpointSlices, and how they are spoken to. */
export interface Backend {
  readonly id: BackendId;
  /** `namespace/name`. */
  readonly service: string;
  /** The port of the Service by number, as in its spec. */
  readonly port: number;
  readonly pool: Pool;
  readonly settings: BackendSettings;
}

export interface BackendSettings {
  readonly protocol: "http" | "h2c" | "https" | "h2";
  readonly balance: Balance;
  readonly stickiness?: CookieStickiness;
  readonly timeouts: BackendTimeouts;
  /** How often another endpoint is tried where no connection comes about. */
  readonly connectRetries: number;
  /** Sent before everything else of a connection. */
  readonly proxyHeader?: "v1" | "v2";
  /** What the backend is asked for by TLS; absent: the host of the request. */
  readonly serverName?: string;
  /** It must show a certificate for `serverName` that an authority known to the machine has signed; absent: it may show any. */
  readonly checksServer?: true;
}

export type Balance =
  | { readonly kind: "roundRobin" | "leastConnections" | "random" }
  /** The same value goes to the same endpoint, and few move when endpoints come and go. */
  | { readonly kind: "hash"; readonly of: HashSource };
export type HashSource =
  | { readonly kind: "clientAddress" | "uri" | "path" | "host" }
  | { readonly kind: "header" | "cookie" | "query"; readonly name: string };

/** Seconds. */
export interface BackendTimeouts {
  readonly connect: number;
  /** From one piece that the client sends, or the endpoint takes, to the next. */
  readonly send: number;
  /** From one piece that the endpoint sends to the next; the first counts from the request's end. */
  readonly read: number;
}

export interface CookieStickiness {
  readonly name: string;
  readonly path: string;
  readonly domain?: string;
  readonly maxAgeSeconds?: number;
  readonly sameSite?: "Strict" | "Lax" | "None";
  readonly secure: boolean;
  /** A client whose endpoint fails keeps its cookie otherwise. */
  readonly changesOnFailure: boolean;
}

export interface Certificates {
  /** By the names for which they are shown: of several of one name the oldest Ingress' is. */
  readonly byHost: ReadonlyMap<HostPattern, Certificate>;
  /** Shown to clients that ask for no name, or one that nobody has; undefined: the engine's self-signed one. */
  readonly fallback: Certificate | undefined;
}

export interface Certificate {
  /** `namespace/name` of the Secret. */
  readonly secret: string;
  /** Of the chain's and the key's bytes: differs where they do, and is fit to be a file's name. */
  readonly fingerprint: string;
  /** PEM: the certificate first, then those above it. */
  readonly chain: string;
  readonly key: string;
  readonly origin: Origin;
}

export interface Passthrough {
  readonly host: HostPattern;
  readonly backend: BackendId;
  readonly origin: Origin;
}

/** A port of its own whose connections, or datagrams, go to a Service's pods. */
export interface StreamRoute {
  readonly id: string;
  readonly port: number;
  readonly protocol: Extract<Protocol, "TCP" | "UDP">;
  readonly backend: BackendId;
  readonly acceptsProxyHeader: boolean;
  readonly origin: Origin;
}

/** Which object decided it, and by which field: `spec.rules[0].http.paths[1]`, `metadata.annotations[…]`. */
export interface Origin {
  readonly kind: "Ingress" | "IngressClass" | "ConfigMap" | "Secret" | "Service";
  /** `namespace/name`; of an IngressClass its name. */
  readonly name: string;
  readonly field: string;
}

/** What is wrong, or worth knowing, about an object: an event on it, once. It spoils nothing else. */
export interface Finding {
  readonly origin: Origin;
  /** `refused`: what the field asks for is not served. `noted`: served, in another way than its author may think. */
  readonly weight: "refused" | "noted";
  readonly because: Reason;
  /** What, and how to mend it; the value in it is cut and escaped. */
  readonly message: string;
}
