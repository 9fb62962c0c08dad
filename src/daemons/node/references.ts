import { type ConfigMap, configMaps } from "#api/core/config-map.ts";
import type { Pod } from "#api/core/pod.ts";
import { type Secret, secrets } from "#api/core/secret.ts";
import type { Service } from "#api/core/service.ts";
import { type Informer, informer } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Sources } from "#core/pods/env.ts";
import { referencedObjects } from "#core/pods/volumes.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";

/**
 * Follows the ConfigMaps and Secrets that this node's pods name, each by itself: a node may read those and no others.
 * Source: the kubelet's watch-based object managers; the Node authorizer.
 */
export class References {
  readonly #configMaps: Followed<ConfigMap>;
  readonly #secrets: Followed<Secret>;
  readonly #services: Informer<Service>;

  constructor(transport: Transport, all: Informer<Service>, changed: (podKey: string) => void) {
    this.#services = all;
    this.#configMaps = new Followed(transport, configMaps, changed);
    this.#secrets = new Followed(transport, secrets, changed);
  }

  /** From now on changes of what the pod names are told. */
  follow(key: string, pod: Pod): void {
    const { namespace } = pod.metadata;
    const named = referencedObjects(pod);
    this.#configMaps.follow(key, namespace, named.configMaps);
    this.#secrets.follow(key, namespace, named.secrets);
  }

  release(key: string): void {
    this.#configMaps.release(key);
    this.#secrets.release(key);
  }

  /** What the pod names, once all of it has been looked up. It must be followed. Rejects with `InformerStopped` where that ends. */
  async of(pod: Pod): Promise<Sources> {
    const { namespace } = pod.metadata;
    const named = referencedObjects(pod);
    return {
      configMaps: await this.#configMaps.get(namespace, named.configMaps),
      secrets: await this.#secrets.get(namespace, named.secrets),
      services: this.#services.list(),
    };
  }

  stop(): void {
    this.#configMaps.stop();
    this.#secrets.stop();
  }
}

/** Objects of one kind, each followed while some pod names it. */
class Followed<O extends ApiObject> {
  readonly #open: (namespace: string, name: string) => Informer<O>;
  readonly #changed: (podKey: string) => void;
  readonly #objects = new Map<string, { readonly informer: Informer<O>; readonly pods: Set<string> }>();

  constructor(transport: Transport, kind: Kind<AnyType, O>, changed: (podKey: string) => void) {
    this.#changed = changed;
    this.#open = (namespace, name) => informer(transport, kind, { namespace, fieldSelector: `metadata.name=${name}` });
  }

  follow(pod: string, namespace: string, names: ReadonlySet<string>): void {
    for (const name of names) this.#object(namespace, name).pods.add(pod);
  }

  release(pod: string): void {
    for (const [key, { informer: one, pods }] of this.#objects) {
      if (!pods.delete(pod) || pods.size > 0) continue;
      one.stop();
      this.#objects.delete(key);
    }
  }

  async get(namespace: string, names: ReadonlySet<string>): Promise<ReadonlyMap<string, O>> {
    const found = new Map<string, O>();
    for (const name of names) {
      // Where nobody follows it any more the pod has gone, and needs nothing.
      const one = this.#objects.get(keyIn(namespace, name))?.informer;
      await one?.synced();
      const object = one?.get(namespace, name);
      if (object !== undefined) found.set(name, object);
    }
    return found;
  }

  stop(): void {
    for (const { informer: one } of this.#objects.values()) one.stop();
  }

  #object(namespace: string, name: string): { readonly informer: Informer<O>; readonly pods: Set<string> } {
    const key = keyIn(namespace, name);
    const known = this.#objects.get(key);
    if (known !== undefined) return known;
    const made = { informer: this.#open(namespace, name), pods: new Set<string>() };
    this.#objects.set(key, made);
    made.informer.onChange(() => {
      for (const pod of made.pods) this.#changed(pod);
    });
    made.informer.start();
    return made;
  }
}

const keyIn = (namespace: string, name: string): string => `${namespace}/${name}`;
