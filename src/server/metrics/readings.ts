import type { AnyKind } from "#machinery/kind.ts";
import { metricsType, type Registry } from "#metrics/registry.ts";
import type { Store } from "#store/store.ts";
import type { WholeAnswer } from "../exchange.ts";
import { prefixOf } from "../objects.ts";

/** What is told of the store as it is at the moment, under kube-apiserver's names where it has one. */
export class StoreReadings {
  readonly #registry: Registry;
  readonly #objects;
  readonly #resourceObjects;
  readonly #size;
  readonly #revision;
  readonly #oldest;
  readonly #historyBytes;

  constructor(registry: Registry) {
    this.#registry = registry;
    const gauge = <L extends string>(name: string, help: string, labels: readonly L[]) =>
      registry.gauge({ name, help, labels });
    this.#objects = gauge("apiserver_storage_objects", "Objects that are stored, by resource.GROUP.", ["resource"]);
    this.#resourceObjects = gauge("apiserver_resource_objects", "Objects that are stored.", ["group", "resource"]);
    this.#size = gauge("apiserver_storage_size_bytes", "What the store's file takes.", ["storage_cluster_id"]);
    this.#revision = gauge("portolan_store_revision", "The revision of the last write.", []);
    this.#oldest = gauge("portolan_store_oldest_revision", "From here on a watch can resume.", []);
    this.#historyBytes = gauge("portolan_store_history_bytes", "What the past takes of memory, about.", []);
  }

  async answer(store: Store, kinds: readonly AnyKind[]): Promise<WholeAnswer> {
    const { revision, oldest, sizeBytes, historyBytes } = await store.status();
    this.#revision.at({}).set(revision);
    this.#oldest.at({}).set(oldest);
    this.#historyBytes.at({}).set(historyBytes);
    this.#size.at({ storage_cluster_id: "store-0" }).set(sizeBytes);
    this.#objects.clear();
    this.#resourceObjects.clear();
    for (const kind of kinds) {
      const { group, plural: resource } = kind;
      const { remaining } = await store.range(prefixOf(kind), { limit: 0 });
      this.#objects.at({ resource: group === "" ? resource : `${resource}.${group}` }).set(remaining);
      this.#resourceObjects.at({ group, resource }).set(remaining);
    }
    return { kind: "whole", status: 200, headers: { "content-type": metricsType }, body: this.#registry.text() };
  }
}
