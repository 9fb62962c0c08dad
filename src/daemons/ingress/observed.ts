import { configMaps } from "#api/core/config-map.ts";
import { secrets } from "#api/core/secret.ts";
import { type Service, services } from "#api/core/service.ts";
import { type EndpointSlice, endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type Ingress, ingresses } from "#api/networking/ingress.ts";
import { type IngressClass, ingressClasses } from "#api/networking/ingress-class.ts";
import { referenceTo } from "#client/events.ts";
import { type Informer, keyOf, placeOf } from "#client/informer.ts";
import type { Informers } from "#client/informers.ts";
import type { ApiObject } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { RouteBook } from "#core/routes/route-book.ts";
import type { Origin } from "#core/routes/route-table.ts";
import type { RouteWorld } from "#core/routes/route-world.ts";
import { ownersOf } from "#core/services/slice-owner.ts";
import { changesOf, everything, type Source } from "../loop.ts";
import type { Subject } from "./events.ts";
import { NamedObjects } from "./named-objects.ts";

/** The objects that routes are made of, told to the book as they change. */
export interface Observed {
  readonly sources: readonly Source[];
  readonly world: RouteWorld;
  /**
   * Follows the Secrets and ConfigMaps that the book reads. Resolves when they are known, or are not to be had soon, to whether any
   * had to be waited for.
   */
  readonly lookUpReads: () => Promise<boolean>;
  /** undefined for an object that is gone. */
  readonly subjectOf: (origin: Origin) => Subject | undefined;
  readonly stop: () => void;
}

export interface ObservedOptions {
  readonly transport: Transport;
  readonly informers: Informers;
  readonly book: RouteBook;
  /** "": all of them. */
  readonly namespace: string;
  /** Hears what can't be read. */
  readonly failed: (fault: unknown) => void;
  /** Called when something was told to the book between two turns. */
  readonly changed: () => void;
}

export function observe({ transport, informers, book, namespace, failed, changed }: ObservedOptions): Observed {
  const of = { namespace };
  const followed: Followed = {
    classes: informers.of(ingressClasses),
    ingresses: informers.of(ingresses, of),
    services: informers.of(services, of),
    slices: informers.of(endpointSlices, of),
  };
  const slicesOf = followed.slices.index(ownersOf);
  const named = {
    secrets: new NamedObjects(transport, secrets, {
      failed,
      changed: (key) => heard(() => book.setSecret(key, world)),
    }),
    configMaps: new NamedObjects(transport, configMaps, {
      failed,
      changed: (key) => heard(() => book.setConfigMap(key, world)),
    }),
  };
  const world: RouteWorld = {
    ingress: at(followed.ingresses),
    ingressClasses: followed.classes.list,
    service: at(followed.services),
    slices: slicesOf,
    secret: (key) => named.secrets.get(key),
    configMap: (key) => named.configMaps.get(key),
  };
  const heard = (tell: () => void): void => {
    tell();
    changed();
  };
  return {
    sources: sourcesOf(followed, book, world),
    world,
    async lookUpReads() {
      named.secrets.need(new Set(book.reads("Secret")));
      named.configMaps.need(new Set(book.reads("ConfigMap")));
      const waited = await Promise.all([named.secrets.settled(), named.configMaps.settled()]);
      return waited.includes(true);
    },
    subjectOf: ({ kind, name }) => subjectIn(world, kind, name),
    stop() {
      named.secrets.stop();
      named.configMaps.stop();
    },
  };
}

interface Followed {
  readonly classes: Informer<IngressClass>;
  readonly ingresses: Informer<Ingress>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
}

function at<O extends ApiObject>(followed: Informer<O>): (key: string) => O | undefined {
  return (key) => {
    const { namespace, name } = placeOf(key);
    return followed.get(namespace, name);
  };
}

function sourcesOf(followed: Followed, book: RouteBook, world: RouteWorld): readonly Source[] {
  const telling = <O extends ApiObject>(informer: Informer<O>, tell: (object: O) => void): Source =>
    changesOf(informer, (object) => {
      tell(object);
      return [everything];
    });
  return [
    telling(followed.classes, () => book.setClasses(world)),
    telling(followed.services, (service) => book.setService(keyOf(service), world)),
    telling(followed.slices, (slice) => {
      for (const owner of ownersOf(slice)) book.setService(owner, world);
    }),
    telling(followed.ingresses, (ingress) => book.setIngress(keyOf(ingress), world)),
  ];
}

function subjectIn(world: RouteWorld, kind: Origin["kind"], name: string): Subject | undefined {
  switch (kind) {
    case "Ingress": {
      const found = world.ingress(name);
      return found && { reference: referenceTo(ingresses, found), generation: found.metadata.generation ?? 0 };
    }
    case "IngressClass": {
      const found = [...world.ingressClasses()].find(({ metadata }) => metadata.name === name);
      return found && { reference: referenceTo(ingressClasses, found), generation: found.metadata.generation ?? 0 };
    }
    case "Service": {
      const found = world.service(name);
      return found && { reference: referenceTo(services, found), generation: 0 };
    }
    case "Secret": {
      const found = world.secret(name);
      return found && { reference: referenceTo(secrets, found), generation: 0 };
    }
    case "ConfigMap": {
      const found = world.configMap(name);
      return found && { reference: referenceTo(configMaps, found), generation: 0 };
    }
  }
}
