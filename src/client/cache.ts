import type { ApiObject, ResourceClient } from "./resource.ts";

/** `before` is undefined for what is new, `after` for what is gone. */
export type Listener<O> = (before: O | undefined, after: O | undefined) => void;

/** "namespace/name"; of a cluster-wide object its name. The key of loops too. */
export const keyOf = ({ metadata }: ApiObject): string => placeKey(metadata.namespace, metadata.name);
export const placeKey = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
/** What `keyOf` made. */
export function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash === -1 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Revisions are compared as numbers, as KEP-5504 allows; one that is no number is never newer than another, and a cache then
 * believes its watch alone.
 */
const revisionOf = ({ metadata }: ApiObject): number => Number(metadata.resourceVersion);

/**
 * What an informer knows. Changes come from the watch, in order; `learn` and `forget` put in what this process has just written,
 * so that it never acts on a picture from before its own last act. The watch tells the same later, which is then no change.
 */
export class Cache<O extends ApiObject> {
  readonly #objects = new Map<string, O>();
  readonly #listeners = new Set<Listener<O>>();
  /** uids that `forget` removed and whose deletion the watch hasn't told yet. */
  readonly #forgotten = new Set<string>();
  /** Everything up to here has been told by the watch. */
  #seen = 0;

  readonly #keep: (object: O) => boolean;

  /** Objects that `keep` doesn't want are as good as gone. */
  constructor(keep: (object: O) => boolean = () => true) {
    this.#keep = keep;
  }

  get(key: string): O | undefined {
    return this.#objects.get(key);
  }
  list(): readonly O[] {
    return [...this.#objects.values()];
  }
  subscribe(listener: Listener<O>): () => void {
    for (const object of this.#objects.values()) listener(undefined, object);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly replace = (all: readonly O[], resourceVersion: string): void => {
    const present = new Set(all.map(keyOf));
    const shown = Number(resourceVersion);
    for (const [key, object] of [...this.#objects])
      if (!present.has(key) && !(revisionOf(object) > shown)) this.#set(key, undefined);
    this.#forgotten.clear();
    for (const object of all) this.put(object);
    this.progress(resourceVersion);
  };

  readonly put = (object: O): void => {
    if (this.#forgotten.has(object.metadata.uid)) return;
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known !== undefined && revisionOf(known) > revisionOf(object)) return;
    // deleted and made anew while nobody watched: two changes, since who owned what must be told
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#set(key, undefined);
    this.#set(key, this.#keep(object) ? object : undefined);
  };

  readonly remove = (object: O): void => {
    this.#forgotten.delete(object.metadata.uid);
    const key = keyOf(object);
    if (this.#objects.get(key)?.metadata.uid === object.metadata.uid) this.#set(key, undefined);
  };

  readonly progress = (resourceVersion: string): void => {
    const seen = Number(resourceVersion);
    if (seen > this.#seen) this.#seen = seen;
  };

  readonly learn = (object: O): void => {
    if (revisionOf(object) > this.#seen) this.put(object);
  };

  readonly forget = (key: string, uid: string): void => {
    if (this.#objects.get(key)?.metadata.uid !== uid) return;
    this.#forgotten.add(uid);
    this.#set(key, undefined);
  };

  #set(key: string, after: O | undefined): void {
    const before = this.#objects.get(key);
    if (before?.metadata.resourceVersion === after?.metadata.resourceVersion) return;
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    for (const listener of this.#listeners) listener(before, after);
  }
}

/** A client whose writes the informer knows at once. A deletion counts where `preconditions.uid` says what is deleted. */
export function readingOwnWrites<O extends ApiObject, D>(
  client: ResourceClient<O, D>,
  informer: Pick<Cache<O>, "learn" | "forget">,
): ResourceClient<O, D> {
  const learning = async (answer: Promise<O>): Promise<O> => {
    const object = await answer;
    informer.learn(object);
    return object;
  };
  return {
    ...client,
    create: (namespace, object) => learning(client.create(namespace, object)),
    update: (object) => learning(client.update(object)),
    updateStatus: (object) => learning(client.updateStatus(object)),
    updateAt: (subresource, object) => learning(client.updateAt(subresource, object)),
    patch: (namespace, name, patch) => learning(client.patch(namespace, name, patch)),
    apply: (namespace, name, what) => learning(client.apply(namespace, name, what)),
    async delete(namespace, name, options) {
      const deletion = await client.delete(namespace, name, options);
      const uid = options?.preconditions?.uid;
      if (deletion.kind === "going") informer.learn(deletion.object);
      else if (uid !== undefined) informer.forget(placeKey(namespace, name), uid);
      return deletion;
    },
  };
}
