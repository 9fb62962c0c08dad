import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import type { Entry } from "#store/store.ts";
import { type ApiObject, isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** The objects of one kind by their namespace, as the store has them, so that whoever asks need not read it. */
export class NamespacedObjects<T extends AnyType> implements Follower {
  readonly prefix: string;
  readonly #kind: Kind<T>;
  /** By namespace, and there by the key in the store. */
  readonly #held = new Map<string, Map<string, Stored<T> & ApiObject>>();

  constructor(kind: Kind<T>) {
    this.#kind = kind;
    this.prefix = prefixOf(kind);
  }

  readonly keys = (): Iterable<string> => [...this.#held.values()].flatMap((held) => [...held.keys()]);

  readonly observe = (key: string, entry: Entry | undefined): void => {
    const namespace = key.slice(this.prefix.length, key.lastIndexOf("/"));
    const held = this.#held.get(namespace) ?? new Map<string, Stored<T> & ApiObject>();
    const object = entry && parseStored(entry.value);
    if (isOf(this.#kind, object)) held.set(key, object);
    else held.delete(key);
    if (held.size > 0) this.#held.set(namespace, held);
    else this.#held.delete(namespace);
  };

  /** Those of a namespace, by their names. */
  in(namespace: string): readonly (Stored<T> & ApiObject)[] {
    const held = this.#held.get(namespace);
    if (held === undefined) return [];
    return [...held].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }
}
