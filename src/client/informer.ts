import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import type { Backoff } from "./backoff.ts";
import { reflect } from "./reflect.ts";
import { type ApiObject, resourceClient, type Selection } from "./resource.ts";
import type { Transport } from "./transport.ts";

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
  readonly stop: () => void;
}
export type Listener<O> = (before: O | undefined, after: O | undefined) => void;
/** The objects with that key. */
export type Index<O> = (key: string) => readonly O[];

export interface InformerOptions extends Selection {
  /** All namespaces where absent. */
  readonly namespace?: string;
  /** The first wait is 0.1 s, the longest 5 s, where absent. */
  readonly backoff?: Backoff;
  /** Hears why the server can't be followed at the moment. */
  readonly failed?: (fault: unknown) => void;
}

export class InformerStopped extends Error {
  readonly code = "InformerStopped";
}

/** "namespace/name"; the key of loops too. */
export const keyOf = ({ metadata }: ApiObject): string => placeKey(metadata.namespace, metadata.name);
const placeKey = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
/** What `keyOf` made. */
export function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash === -1 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function informer<T extends AnyType, O extends ApiObject>(
  transport: Transport,
  kind: Kind<T, O>,
  options: InformerOptions = {},
): Informer<O> {
  const { namespace = "", labelSelector, fieldSelector, failed = () => {} } = options;
  const backoff = options.backoff ?? { firstSeconds: 0.1, longestSeconds: 5, random: Math.random };
  const objects = new Map<string, O>();
  const listeners = new Set<Listener<O>>();
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // nobody may be waiting when it is stopped
  let state: "new" | "started" | "synced" = "new";

  const set = (key: string, after: O | undefined): void => {
    const before = objects.get(key);
    if (before?.metadata.resourceVersion === after?.metadata.resourceVersion) return;
    if (after === undefined) objects.delete(key);
    else objects.set(key, after);
    for (const listener of listeners) listener(before, after);
  };
  const replace = (all: readonly O[]): void => {
    const present = new Set(all.map(keyOf));
    for (const key of [...objects.keys()]) if (!present.has(key)) set(key, undefined);
    for (const object of all) put(object);
    state = "synced";
    first.resolve();
  };
  // An object that was deleted and made anew while nobody watched: two changes, since who owned what must be told.
  const put = (object: O): void => {
    const key = keyOf(object);
    if (objects.has(key) && objects.get(key)?.metadata.uid !== object.metadata.uid) set(key, undefined);
    set(key, object);
  };
  const sink = { replace, put, remove: (object: O) => set(keyOf(object), undefined), failed };
  const start = (): void => {
    if (state !== "new") return;
    state = "started";
    const followed = { namespace, labelSelector, fieldSelector };
    void reflect(resourceClient(transport, kind), followed, { sink, signal: stopping.signal, backoff });
  };
  const onChange = (listener: Listener<O>): (() => void) => {
    for (const object of objects.values()) listener(undefined, object);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    start,
    synced() {
      start();
      return first.promise;
    },
    hasSynced: () => state === "synced",
    list: () => [...objects.values()],
    get: (inNamespace, name) => objects.get(placeKey(inNamespace, name)),
    onChange,
    index: (keysOf) => indexed(onChange, keysOf),
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
  onChange((before, after) => {
    for (const key of before === undefined ? [] : keysOf(before)) {
      const group = groups.get(key);
      group?.delete(before === undefined ? "" : keyOf(before));
      if (group?.size === 0) groups.delete(key);
    }
    for (const key of after === undefined ? [] : keysOf(after)) {
      const group = groups.get(key) ?? new Map<string, O>();
      groups.set(key, group);
      if (after !== undefined) group.set(keyOf(after), after);
    }
  });
  return (key) => [...(groups.get(key)?.values() ?? [])];
}
