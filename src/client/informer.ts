import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import type { Backoff } from "./backoff.ts";
import { Cache, keyOf, type Listener, placeKey } from "./cache.ts";
import { reflect } from "./reflect.ts";
import { type ApiObject, resourceClient, type Selection } from "./resource.ts";
import type { Transport } from "./transport.ts";

export { keyOf, type Listener, placeOf } from "./cache.ts";

/** A local copy of one collection, kept up to date by a watch. */
export interface Informer<O extends ApiObject> {
  /** Harmless when it runs already. */
  readonly start: () => void;
  /** Resolves when the first list has arrived; starts it where nobody has. Rejects with `InformerStopped`. */
  readonly synced: () => Promise<void>;
  readonly hasSynced: () => boolean;
  readonly list: () => readonly O[];
  /** The namespace of a cluster-wide kind is "". */
  readonly get: (namespace: string, name: string) => O | undefined;
  /**
   * Calls back with every change, in order: `before` is undefined for what is new, `after` for what is gone. What is there
   * already comes first, at once. Returns how to stop it.
   */
  readonly onChange: (listener: Listener<O>) => () => void;
  /** Groups objects by keys of your own; kept up to date from here on. */
  readonly index: (keysOf: (object: O) => readonly string[]) => Index<O>;
  /** What a request of this process was answered: seen at once, ahead of the watch. */
  readonly learn: (object: O) => void;
  /** What this process has deleted for good. */
  readonly forget: (key: string, uid: string) => void;
  readonly stop: () => void;
}
/** The objects with that key. */
export type Index<O> = (key: string) => readonly O[];

export interface InformerOptions<O extends ApiObject = never> extends Selection {
  /** All namespaces where absent. */
  readonly namespace?: string;
  /** Only such objects are kept in memory: the others are not there for who asks. All where absent. */
  readonly keep?: (object: O) => boolean;
  /** The first wait is 0.1 s, the longest 5 s, where absent. */
  readonly backoff?: Backoff;
  /** Hears why the server can't be followed at the moment. */
  readonly failed?: (fault: unknown) => void;
}

class InformerStopped extends Error {
  readonly code = "InformerStopped";
}

export function informer<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
  options: InformerOptions<O> = {},
): Informer<O> {
  const { namespace = "", labelSelector, fieldSelector, failed = () => {} } = options;
  const backoff = options.backoff ?? { firstSeconds: 0.1, longestSeconds: 5, random: Math.random };
  const cache = new Cache<O>(options.keep);
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // nobody may be waiting when it is stopped
  let state: "new" | "started" | "synced" = "new";

  const replace = (all: readonly O[], resourceVersion: string): void => {
    cache.replace(all, resourceVersion);
    state = "synced";
    first.resolve();
  };
  const start = (): void => {
    if (state !== "new") return;
    state = "started";
    const { put, remove, progress } = cache;
    void reflect(
      resourceClient(transport, kind),
      { namespace, labelSelector, fieldSelector },
      { sink: { replace, put, remove, progress, failed }, signal: stopping.signal, backoff },
    );
  };
  const onChange = (listener: Listener<O>): (() => void) => cache.subscribe(listener);
  return {
    start,
    synced() {
      start();
      return first.promise;
    },
    hasSynced: () => state === "synced",
    list: () => cache.list(),
    get: (inNamespace, name) => cache.get(placeKey(inNamespace, name)),
    onChange,
    index: (keysOf) => indexed(onChange, keysOf),
    learn: cache.learn,
    forget: cache.forget,
    stop() {
      stopping.abort();
      first.reject(new InformerStopped(`the informer of ${kind.plural} was stopped before its first list`));
    },
  };
}

function indexed<O extends ApiObject>(
  onChange: (listener: Listener<O>) => () => void,
  keysOf: (object: O) => readonly string[],
): Index<O> {
  const groups = new Map<string, Map<string, O>>();
  const drop = (object: O): void => {
    for (const key of keysOf(object)) {
      const group = groups.get(key);
      group?.delete(keyOf(object));
      if (group?.size === 0) groups.delete(key);
    }
  };
  const add = (object: O): void => {
    for (const key of keysOf(object)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, new Map([[keyOf(object), object]]));
      else group.set(keyOf(object), object);
    }
  };
  onChange((before, after) => {
    if (before !== undefined) drop(before);
    if (after !== undefined) add(after);
  });
  return (key) => [...(groups.get(key)?.values() ?? [])];
}
