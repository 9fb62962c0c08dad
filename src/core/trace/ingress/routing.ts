import type { ConfigMap } from "#api/core/config-map.ts";
import type { Pod } from "#api/core/pod.ts";
import type { Secret } from "#api/core/secret.ts";
import type { Ingress } from "#api/networking/ingress.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";
import type { ShelfOptions } from "../../routes/certificate-shelf.ts";
import { RouteBook, type RouteBookOptions } from "../../routes/route-book.ts";
import type { RouteTable } from "../../routes/route-table.ts";
import type { RouteWorld } from "../../routes/route-world.ts";

/** What hosts and paths are told from. */
export interface RoutedObjects {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  /** Of those that Ingresses name, by `namespace/name`. */
  readonly secrets: Lookup<Secret>;
  readonly configMaps: Lookup<ConfigMap>;
  /** Why one of them is not here though it may be there. */
  readonly unread: ReadonlyMap<string, string>;
  readonly shelf: ShelfOptions;
}

interface Lookup<T> {
  readonly get: (name: string) => T | undefined;
}

export type Around = Pick<RouteWorld, "service" | "slices"> &
  Pick<RouteBookOptions, "families" | "controllers"> & { readonly controllerPod: Pod | undefined };

/** The table that the ingress controller serves, and the Ingresses that it is made of. */
export class Routing {
  readonly objects: RoutedObjects;
  readonly #around: Around;
  #made: { readonly book: RouteBook; readonly table: RouteTable } | undefined;

  constructor(objects: RoutedObjects, around: Around) {
    this.objects = objects;
    this.#around = around;
  }

  get book(): RouteBook {
    return this.#make().book;
  }

  get table(): RouteTable {
    return this.#make().table;
  }

  /** Made where a story comes to a controller; most don't. */
  #make(): { readonly book: RouteBook; readonly table: RouteTable } {
    if (this.#made !== undefined) return this.#made;
    const { families, controllers, service, slices } = this.#around;
    const { ingresses, classes, secrets, configMaps, shelf } = this.objects;
    const byName = new Map(ingresses.map((one) => [nameOf(one), one]));
    const world: RouteWorld = {
      service,
      slices,
      ingress: (name) => byName.get(name),
      ingressClasses: () => classes,
      secret: (name) => secrets.get(name),
      configMap: (name) => configMaps.get(name),
    };
    const book = new RouteBook({ ...shelf, controllers, httpPort: 80, httpsPort: 443, families });
    book.setClasses(world);
    for (const name of byName.keys()) book.setIngress(name, world);
    this.#made = { book, table: book.take().table };
    return this.#made;
  }

  /** The pod of a controller of this project. */
  get controllerPod(): Pod | undefined {
    return this.#around.controllerPod;
  }

  serves = (controller: string): boolean => this.#around.controllers.some((one) => one.controller === controller);

  ingress = (name: string): Ingress | undefined => this.objects.ingresses.find((one) => nameOf(one) === name);

  /** Ingresses with a rule for the host, whoever serves them; those of a wildcard last. */
  ingressesOf(host: string): readonly Ingress[] {
    const wildcard = `*${host.slice(Math.max(0, host.indexOf(".")))}`;
    const having = (pattern: string): readonly Ingress[] =>
      this.objects.ingresses.filter(({ spec }) => (spec.rules ?? []).some((rule) => rule.host === pattern));
    return [...having(host), ...having(wildcard)];
  }

  /** Every host that a rule of an Ingress has. */
  hosts = (): readonly string[] => [
    ...new Set(this.objects.ingresses.flatMap(({ spec }) => (spec.rules ?? []).flatMap(({ host }) => host ?? []))),
  ];

  /** Addresses at which Ingresses are answered. */
  addresses = (): ReadonlySet<string> => new Set(this.objects.ingresses.flatMap(addressesOf));
}

export const nameOf = ({ metadata }: Ingress): string => `${metadata.namespace}/${metadata.name}`;

/** Where an Ingress is answered, by its status. */
export const addressesOf = ({ status }: Ingress): readonly string[] =>
  (status.loadBalancer.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
