import type { IngressBackend } from "#api/networking/ingress/spec.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import { type BackendWish, lookUpPort, plainWish, resolveBackend, serviceShape } from "./backend-wish.ts";
import type { EntrySurroundings, HostClaim, IngressEntry } from "./entry.ts";
import type { IngressSettings } from "./ingress-settings.ts";
import type { BackendId, Finding, HostPattern, Origin, Passthrough, Route, Target } from "./route-table.ts";
import { nameOf, type Read, seniorityOf } from "./route-world.ts";

/** An entry while it is made: what is found on the way is gathered here. */
export class EntryDraft {
  readonly ingress: Ingress;
  readonly settings: IngressSettings;
  readonly around: EntrySurroundings;
  readonly name: string;
  readonly seniority: string;
  readonly passthroughs: Passthrough[] = [];
  /** Names that the Ingress has beside those of its rules, and the host that each stands for, by which annotation. */
  readonly furtherNames = new Map<HostPattern, { readonly host: HostPattern; readonly field: string }>();
  readonly #hosts = new Map<HostPattern, Route[]>();
  readonly #backends = new Map<BackendId, BackendWish>();
  readonly #reads = new Map<string, Read>();
  readonly #shapes = new Map<string, string>();
  readonly #findings: Finding[] = [];

  constructor(ingress: Ingress, settings: IngressSettings, around: EntrySurroundings) {
    this.ingress = ingress;
    this.settings = settings;
    this.around = around;
    this.name = nameOf(ingress);
    this.seniority = seniorityOf(ingress);
  }

  origin(field: string): Origin {
    return { kind: "Ingress", name: this.name, field };
  }

  tell(finding: Finding): void {
    this.#findings.push(finding);
  }

  refuse(field: string, because: Finding["because"], message: string): void {
    this.tell({ origin: this.origin(field), weight: "refused", because, message: `${field}: ${message}` });
  }

  note(field: string, because: Finding["because"], message: string): void {
    this.tell({ origin: this.origin(field), weight: "noted", because, message: `${field}: ${message}` });
  }

  read(...all: readonly Read[]): void {
    for (const one of all) this.#reads.set(`${one.kind} ${one.name}`, one);
  }

  /** A backend that stands beside the Ingress' own; a `Service:port` that isn't there is looked for again when the Service changes. */
  wishFor(backend: BackendId): void {
    const colon = backend.lastIndexOf(":");
    const [service, number] = [backend.slice(0, colon), Number(backend.slice(colon + 1))];
    const found = lookUpPort(this.around.world, service, { protocol: "TCP", number });
    this.#look(service);
    if (found.kind === "found") this.#backends.set(backend, plainWish(found.ref));
  }

  /** Where requests for a backend of the spec go; the backend is wished for. */
  targetOf(backend: IngressBackend, origin: Origin): Target {
    const { namespace } = this.ingress.metadata;
    const asker = { ingress: this.name, namespace, settings: this.settings, world: this.around.world };
    const { to, wish, services, findings } = resolveBackend(backend, asker, origin);
    for (const name of services) this.#look(name);
    for (const finding of findings) this.tell(finding);
    if (wish !== undefined) this.#backends.set(wish.id, wish);
    return to;
  }

  #look(service: string): void {
    this.read({ kind: "Service", name: service });
    this.#shapes.set(service, serviceShape(this.around.world.service(service)));
  }

  /** The hosts of the rules are there even without a route. */
  claim(host: HostPattern, ...routes: readonly Route[]): void {
    const known = this.#hosts.get(host);
    if (known === undefined) this.#hosts.set(host, [...routes]);
    else known.push(...routes);
  }

  get hosts(): readonly HostPattern[] {
    return [...this.#hosts.keys()];
  }

  routesOf(host: HostPattern): readonly Route[] {
    return this.#hosts.get(host) ?? [];
  }

  finished(): Pick<IngressEntry, "hosts" | "passthroughs" | "backends" | "reads" | "shapes" | "findings"> {
    const isCanary = this.settings.canary !== undefined;
    return {
      hosts: new Map([...this.#hosts].map(([host, routes]) => [host, this.#claimOf(host, routes)])),
      passthroughs: this.passthroughs,
      backends: isCanary ? [] : [...this.#backends.values()],
      reads: [...this.#reads.values()],
      shapes: this.#shapes,
      findings: this.#findings,
    };
  }
  #claimOf(host: HostPattern, routes: readonly Route[]): HostClaim {
    const { canary } = this.settings;
    const furtherBy = this.furtherNames.get(host)?.field;
    if (canary === undefined) return { routes, canaries: [], furtherBy };
    const wishOf = ({ to }: Route) =>
      to.kind === "backends" ? this.#backends.get(to.backends[0]?.backend ?? "") : undefined;
    return { routes: [], canaries: routes.map((route) => ({ route, canary, wish: wishOf(route) })), furtherBy };
  }
}
