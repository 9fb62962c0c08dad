import { type ConfigMap, configMaps } from "#api/core/config-map.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Secret, secrets } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import type { IngressClass } from "#api/networking/ingress-class.ts";
import type { Transport } from "#client/transport.ts";
import { type ApiObject, parseJson, readAs } from "#client/wire.ts";
import { ownerOf } from "#core/services/slice-owner.ts";
import { controllerPod, controllersOf } from "#core/trace/ingress/controllers.ts";
import type { Around, RoutedObjects } from "#core/trace/ingress/routing.ts";
import { type About, wantedObjects } from "#core/trace/ingress/wanted-objects.ts";
import { fingerprintOf, inspectCertificate } from "#daemons/ingress/certificates.ts";
import { isJsonObject } from "#machinery/json.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import type { IpFamily } from "#net/ip.ts";

export interface Routed extends Pick<RoutedObjects, "ingresses" | "classes"> {
  readonly about: About | undefined;
  readonly around: Around;
}

/** What is found may name more: a ConfigMap of a class names a Secret. */
const mostRounds = 3;

/** Ingresses with the Secrets and ConfigMaps that those name which the story is about, one request each. */
export async function readRouted(transport: Transport, { about, around, ...known }: Routed): Promise<RoutedObjects> {
  const found = { secrets: new Map<string, Secret>(), configMaps: new Map<string, ConfigMap>() };
  const unread = new Map<string, string>();
  const asked = new Set<string>();
  const shelf = { inspectCertificate, fingerprint: fingerprintOf, now: Date.now };
  const objects: RoutedObjects = { ...known, ...found, unread, shelf };
  for (let round = 0; about !== undefined && round < mostRounds; round++) {
    const wanted = wantedObjects(objects, about, around);
    const fresh = (names: readonly string[], of: string): readonly string[] => {
      const news = names.filter((name) => !asked.has(`${of} ${name}`));
      for (const name of news) asked.add(`${of} ${name}`);
      return news;
    };
    const reads = [
      ...fresh(wanted.secrets, "Secret").map((name) =>
        readOne(transport, secrets, { name, into: found.secrets, unread }),
      ),
      ...fresh(wanted.configMaps, "ConfigMap").map((name) =>
        readOne(transport, configMaps, { name, into: found.configMaps, unread }),
      ),
    ];
    if (reads.length === 0) break;
    await Promise.all(reads);
  }
  return objects;
}

interface Into<O> {
  /** `namespace/name`. */
  readonly name: string;
  readonly into: Map<string, O>;
  readonly unread: Map<string, string>;
}

async function readOne<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
  { name, into, unread }: Into<O>,
): Promise<void> {
  const [namespace = "", own = ""] = name.split("/").map(encodeURIComponent);
  const path = `/api/v1/namespaces/${namespace}/${kind.plural}/${own}`;
  const answer = await transport.send({
    method: "GET",
    path,
    headers: { accept: "application/json" },
    body: undefined,
  });
  const json = parseJson(await answer.text(), path);
  if (answer.status === 200) into.set(name, readAs(kind, json));
  else if (answer.status !== 404)
    unread.set(name, isJsonObject(json) ? String(json.message) : `the server answered ${answer.status}`);
}

/** Services and their slices by name, and whose classes are served. */
export function aroundOf(world: AroundWorld): Around {
  const byName = new Map(world.services.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]));
  return {
    service: (name) => byName.get(name),
    slices: (service) => world.slices.filter((one) => ownerOf(one) === service),
    families: world.families,
    controllers: controllersOf(world.pods, world.classes),
    controllerPod: controllerPod(world.pods),
  };
}

export interface AroundWorld {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly pods: readonly Pod[];
  readonly classes: readonly IngressClass[];
  readonly families: readonly IpFamily[];
}
