import type { IpFamily } from "#net/ip.ts";
import { readAnnotations } from "./annotations/read-annotations.ts";
import { BackendBook } from "./backend-book.ts";
import { serviceShape } from "./backend-wish.ts";
import { CertificateShelf, type ShelfOptions } from "./certificate-shelf.ts";
import { type ClassSettings, classSettings } from "./class-settings.ts";
import { defaultSettings } from "./default-settings.ts";
import type { IngressEntry } from "./entry.ts";
import { HostBook } from "./host-book.ts";
import { type ServedClasses, type ServedController, servedClasses } from "./ingress-class.ts";
import { ingressEntry } from "./ingress-entry.ts";
import { Many } from "./many.ts";
import { certificateBook, passthroughBook } from "./name-book.ts";
import type {
  Certificate,
  Finding,
  HostPattern,
  Listener,
  Passthrough,
  RouteTable,
  StreamRoute,
  TableChange,
} from "./route-table.ts";
import type { Read, RouteWorld } from "./route-world.ts";
import { sameValue } from "./same-value.ts";

export interface RouteBookOptions extends ShelfOptions {
  /** Whose IngressClasses are served. */
  readonly controllers: readonly ServedController[];
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The families of pod addresses that are sent to. */
  readonly families: readonly IpFamily[];
}

export const portolanController: ServedController = { controller: "portolan.io/ingress", className: "portolan" };
/** For clusters that move from ingress-nginx. */
export const nginxController: ServedController = { controller: "k8s.io/ingress-nginx", className: "nginx" };

/** What has changed since the last time. */
export interface TakenTable {
  /** A view: it shows this state until `take` is called again. */
  readonly table: RouteTable;
  readonly change: TableChange;
  /** Ingresses whose entry or findings may be others now, those that are gone among them: their status and events follow. */
  readonly ingresses: ReadonlySet<string>;
  /** Whether `classFindings` may differ. */
  readonly classes: boolean;
}

const routeSetId = "ingress";

/** What no host has for itself. */
interface Shared {
  readonly listeners: readonly Listener[];
  readonly streams: readonly StreamRoute[];
  readonly fallback: Certificate | undefined;
}

/**
 * The RouteTable of all Ingresses, kept up to date object by object: a change of one makes anew what was read from it, and the hosts that this
 * claims. `set…` says that an object came, changed or went; what follows is done in `take`, once for all of them, from the last world given.
 */
export class RouteBook {
  readonly #options: RouteBookOptions;
  readonly #shelf: CertificateShelf;
  readonly #entries = new Map<string, IngressEntry>();
  readonly #readers = new Many();
  readonly #backends: BackendBook;
  readonly #hosts: HostBook;
  readonly #certificates = certificateBook();
  readonly #passthroughs = passthroughBook();
  readonly #anyName = certificateBook();
  readonly #routeSets: RouteTable["routeSets"];
  readonly #stale = new Set<string>();
  readonly #ports: ReadonlySet<number>;
  #classes: ServedClasses | undefined;
  #settings: ClassSettings | undefined;
  #lastSettings: ClassSettings | undefined;
  #last: { readonly shared: Shared; readonly findings: readonly Finding[] } | undefined;
  #fallback: Certificate | undefined;
  #fallbackFindings: readonly Finding[] = [];
  #world: RouteWorld | undefined;

  constructor(options: RouteBookOptions) {
    this.#options = options;
    this.#shelf = new CertificateShelf(options);
    this.#backends = new BackendBook(options.families);
    this.#hosts = new HostBook(this.#backends);
    this.#ports = new Set([options.httpPort, options.httpsPort]);
    this.#routeSets = new Map([[routeSetId, { id: routeSetId, wildcards: "oneLabel", hosts: this.#hosts.hosts }]]);
  }

  /** `name` is `namespace/name`, as in all of these. */
  setIngress(name: string, world: RouteWorld): void {
    this.#world = world;
    this.#stale.add(name);
  }

  /** The Service or one of its EndpointSlices has changed. */
  setService(name: string, world: RouteWorld): void {
    this.#world = world;
    this.#backends.touch(name);
    const shape = serviceShape(world.service(name));
    for (const reader of this.#readers.get(`Service ${name}`))
      if (this.#shapeRead(reader, name) !== shape) this.#touch(reader);
  }

  setSecret(name: string, world: RouteWorld): void {
    this.#world = world;
    this.#touchReaders(`Secret ${name}`);
  }

  setConfigMap(name: string, world: RouteWorld): void {
    this.#world = world;
    this.#touchReaders(`ConfigMap ${name}`);
  }

  /** Any IngressClass has changed. */
  setClasses(world: RouteWorld): void {
    this.#world = world;
    this.#classes = undefined;
    this.#settings = undefined;
  }

  /** Certificates that have ended since they were read are not shown any more. To be called from time to time. */
  expireCertificates(world: RouteWorld): void {
    this.#world = world;
    for (const name of this.#shelf.newlyExpired()) this.#touchReaders(`Secret ${name}`);
  }

  /** Those of a kind that are read now, there or not: `namespace/name`. */
  *reads(kind: Read["kind"]): Iterable<string> {
    for (const key of this.#readers.keys()) if (key.startsWith(`${kind} `)) yield key.slice(kind.length + 1);
  }

  /** What became of an Ingress; undefined where there is none. As of the last `take`. */
  entry(name: string): IngressEntry | undefined {
    return this.#entries.get(name);
  }

  entries(): Iterable<IngressEntry> {
    return this.#entries.values();
  }

  /** All that an Ingress is to be told: about itself, and about others that have what it asks for. */
  findingsOf(name: string): readonly Finding[] {
    const entry = this.#entries.get(name);
    if (entry === undefined) return [];
    return [
      ...entry.findings,
      ...this.#hosts.findingsOf(entry),
      ...this.#certificates.findingsOf(name, entry.tls.keys()),
      ...this.#passthroughs.findingsOf(
        name,
        entry.passthroughs.map(({ host }) => host),
      ),
    ];
  }

  /** What is wrong with the parameters of IngressClasses. */
  classFindings(): readonly Finding[] {
    return [...(this.#settings?.findings ?? []), ...this.#fallbackFindings];
  }

  /** Makes what has changed anew. */
  take(): TakenTable {
    const world = this.#world ?? emptyWorld;
    const ingresses = new Set<string>();
    this.#settleClasses(world);
    for (const name of this.#stale) if (this.#settleEntry(name, world)) ingresses.add(name);
    this.#stale.clear();
    const hosts = this.#hosts.settle();
    const backends = this.#backends.settle(world);
    const names = [this.#certificates.settle(), this.#passthroughs.settle()];
    const anyName = this.#anyName.settle();
    this.#settleFallback(world);
    for (const told of [hosts.told, anyName.told, ...names.map((one) => one.told)])
      for (const name of told) ingresses.add(name);
    const before = this.#last;
    this.#last = { shared: this.#shared(), findings: this.classFindings() };
    const others = names.some(({ changed }) => changed) || !sameValue(before?.shared, this.#last.shared);
    return {
      table: this.#table(this.#last.shared),
      change: { backends, hosts: hosts.hosts, others },
      ingresses,
      classes: !sameValue(before?.findings ?? [], this.#last.findings),
    };
  }

  #table({ listeners, streams, fallback }: Shared): RouteTable {
    return {
      listeners,
      routeSets: this.#routeSets,
      backends: this.#backends.backends,
      certificates: { byHost: this.#certificates.held, fallback },
      passthroughs: this.#passthroughs.held,
      streams,
    };
  }

  /** Reads anew what holds for all Ingresses together, where that may have changed. */
  #settleClasses(world: RouteWorld): void {
    if (this.#classes === undefined) for (const name of this.#entries.keys()) this.#stale.add(name);
    this.#classes ??= servedClasses(world.ingressClasses(), this.#options.controllers);
    if (this.#settings !== undefined) return;
    const before = this.#lastSettings;
    const after = classSettings(this.#classes.ours, world, this.#ports);
    this.#settings = after;
    this.#lastSettings = after;
    this.#follow(classReader, before?.reads ?? [], after.reads);
    this.#backends.wish(classReader, before?.backends ?? [], after.backends);
    if (!sameValue(before?.defaults, after.defaults)) for (const name of this.#entries.keys()) this.#stale.add(name);
  }

  #settleFallback(world: RouteWorld): void {
    const secret = this.#settings?.defaultCertificate;
    const reading = secret === undefined ? undefined : this.#shelf.read(secret.name, world);
    this.#fallback = this.#anyName.held.get("*");
    this.#fallbackFindings = [];
    if (secret !== undefined && reading?.kind === "read")
      this.#fallback = { ...reading.certificate, origin: secret.origin };
    if (secret !== undefined && reading?.kind === "refused") {
      const { because, message } = reading;
      const { origin } = secret;
      this.#fallbackFindings = [{ origin, weight: "refused", because, message: `${origin.field}: ${message}` }];
    }
  }

  /** Listeners, streams and the default certificate. */
  #shared(): Shared {
    const { trusted = [], acceptsProxyHeader = false, streams = [] } = this.#settings ?? {};
    const { httpPort, httpsPort } = this.#options;
    const alike = { routes: routeSetId, trusted, acceptsProxyHeader };
    const listeners: readonly Listener[] = [
      { id: "http", port: httpPort, protocol: "HTTP", ...alike },
      { id: "https", port: httpsPort, protocol: "HTTPS", ...alike },
    ];
    return { listeners, streams, fallback: this.#fallback };
  }

  /** Returns whether the entry is another now. */
  #settleEntry(name: string, world: RouteWorld): boolean {
    const before = this.#entries.get(name);
    const after = this.#newEntry(name, world);
    if (sameValue(before, after)) return false;
    if (after === undefined) this.#entries.delete(name);
    else this.#entries.set(name, after);
    this.#follow(name, before?.reads ?? [], after?.reads ?? []);
    this.#backends.wish(name, before?.backends ?? [], after?.backends ?? []);
    this.#hosts.claim(name, before, after);
    const owner = { name, seniority: after?.seniority ?? "" };
    this.#passthroughs.claim(owner, passedOn(before).keys(), passedOn(after));
    this.#certificates.claim(owner, shown(before, isName).keys(), shown(after, isName));
    this.#anyName.claim(owner, shown(before, isAny).keys(), shown(after, isAny));
    return true;
  }

  #newEntry(name: string, world: RouteWorld): IngressEntry | undefined {
    const ingress = world.ingress(name);
    if (ingress === undefined || this.#classes === undefined) return undefined;
    const certificate = (secret: string) => this.#shelf.read(secret, world);
    const settings = readAnnotations(ingress, { ...world, defaults: this.#settings?.defaults ?? defaultSettings });
    return ingressEntry(ingress, settings, { world, classes: this.#classes, certificate });
  }

  #follow(reader: string, before: readonly Read[], after: readonly Read[]): void {
    for (const { kind, name } of before) this.#readers.remove(`${kind} ${name}`, reader);
    for (const { kind, name } of after) this.#readers.add(`${kind} ${name}`, reader);
  }

  #touchReaders(key: string): void {
    for (const reader of this.#readers.get(key)) this.#touch(reader);
  }

  #touch(reader: string): void {
    if (reader === classReader) this.#settings = undefined;
    else this.#stale.add(reader);
  }

  #shapeRead(reader: string, service: string): string | undefined {
    const { shapes } = (reader === classReader ? this.#lastSettings : this.#entries.get(reader)) ?? {};
    return shapes?.get(service);
  }
}

/** Reads for all Ingresses together; none has this name. */
const classReader = "";
const isAny = (host: HostPattern): boolean => host === "*";
const isName = (host: HostPattern): boolean => host !== "*";

const passedOn = (entry: IngressEntry | undefined): ReadonlyMap<HostPattern, Passthrough> =>
  new Map((entry?.passthroughs ?? []).map((one) => [one.host, one]));

function shown(
  entry: IngressEntry | undefined,
  isMeant: (host: HostPattern) => boolean,
): ReadonlyMap<HostPattern, Certificate> {
  const claims = new Map<HostPattern, Certificate>();
  for (const [host, { certificate }] of entry?.tls ?? [])
    if (certificate !== undefined && isMeant(host)) claims.set(host, certificate);
  return claims;
}

const emptyWorld: RouteWorld = {
  ingress: () => undefined,
  ingressClasses: () => [],
  service: () => undefined,
  slices: () => [],
  secret: () => undefined,
  configMap: () => undefined,
};
