import { builtIn } from "#api/kinds.ts";
import type { OwnerReference } from "#api/meta/object-meta.ts";
import { type Index, keyOf, placeOf } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import { deletesInForeground, type OwnerState, orphansFirst, ownersOf } from "#core/workloads/garbage.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import type { FollowedKind } from "./followed-kinds.ts";

export interface Node {
  readonly followed: FollowedKind;
  readonly object: ApiObject;
}

/** Who owns whom, over all kinds. */
export interface OwnerGraph {
  /** Enqueues objects about whose owners or dependents something is to be decided. */
  readonly connect: (enqueue: (key: string) => void) => () => void;
  readonly synced: () => Promise<void>;
  /** The object of a key that `connect` enqueued. */
  readonly nodeAt: (key: string) => Node | undefined;
  readonly find: (uid: string) => Node | undefined;
  readonly dependentsOf: (uid: string) => readonly Node[];
  /** "unknown" where only the server can tell. */
  readonly stateOf: (owner: OwnerReference, dependent: ApiObject) => OwnerState | "unknown";
  readonly followedOf: (owner: OwnerReference) => FollowedKind | undefined;
}

/** Of so many deleted objects is it remembered that they are gone. */
const goneMost = 10_000;

export const ownerGraph = (kinds: readonly FollowedKind[]): OwnerGraph => new KindsGraph(kinds);

class KindsGraph implements OwnerGraph {
  readonly #kinds: readonly FollowedKind[];
  readonly #byName: ReadonlyMap<string, FollowedKind>;
  readonly #owned: readonly { readonly followed: FollowedKind; readonly of: Index<ApiObject> }[];
  readonly #byUid = new Map<string, Node>();
  readonly #gone = new Set<string>();

  constructor(kinds: readonly FollowedKind[]) {
    this.#kinds = kinds;
    this.#byName = new Map(kinds.map((followed) => [nameOf(followed.kind), followed]));
    this.#owned = kinds.map((followed) => ({
      followed,
      of: followed.cache.index((object) => ownersOf(object).map(({ uid }) => uid)),
    }));
  }

  readonly connect = (enqueue: (key: string) => void): (() => void) => {
    const stops = this.#kinds.map((followed) =>
      followed.cache.onChange((before, after) => {
        this.#remember(followed, before, after);
        const object = after ?? before;
        if (object === undefined) return;
        for (const node of this.#concerned({ followed, object }, before, after)) enqueue(keyOfNode(node));
      }),
    );
    return () => {
      for (const stop of stops) stop();
    };
  };

  readonly synced = async (): Promise<void> => {
    await Promise.all(this.#kinds.map(({ cache }) => cache.synced()));
  };

  readonly nodeAt = (key: string): Node | undefined => {
    const [kind = "", place = ""] = key.split(" ");
    const followed = this.#byName.get(kind);
    const { namespace, name } = placeOf(place);
    const object = followed?.cache.get(namespace, name);
    return followed === undefined || object === undefined ? undefined : { followed, object };
  };

  readonly find = (uid: string): Node | undefined => this.#byUid.get(uid);

  readonly dependentsOf = (uid: string): readonly Node[] =>
    this.#owned.flatMap(({ followed, of }) => of(uid).map((object) => ({ followed, object })));

  readonly followedOf = ({ apiVersion, kind }: OwnerReference): FollowedKind | undefined => {
    const served = builtIn.named(apiVersion, kind); // a reference may name a version that isn't the followed one
    return served && this.#byName.get(nameOf(served.hub));
  };

  readonly stateOf = (owner: OwnerReference, dependent: ApiObject): OwnerState | "unknown" => {
    const isNamespaced = this.followedOf(owner)?.kind.scope === "Namespaced";
    // a cluster-wide object can't name the namespace of its owner: nothing is known, and nothing is deleted
    if (isNamespaced && !dependent.metadata.namespace) return "present";
    const found = this.#byUid.get(owner.uid);
    if (found === undefined) return this.#gone.has(owner.uid) ? "absent" : "unknown";
    if (isNamespaced && found.object.metadata.namespace !== dependent.metadata.namespace) return "absent";
    return deletesInForeground(found.object) ? "waiting" : "present";
  };

  #remember(followed: FollowedKind, before: ApiObject | undefined, after: ApiObject | undefined): void {
    if (after !== undefined) this.#byUid.set(after.metadata.uid, { followed, object: after });
    if (before === undefined || after?.metadata.uid === before.metadata.uid) return;
    this.#byUid.delete(before.metadata.uid);
    this.#gone.add(before.metadata.uid);
    const [oldest] = this.#gone;
    if (this.#gone.size > goneMost && oldest !== undefined) this.#gone.delete(oldest);
  }

  /** Those about whom the change may decide something. */
  *#concerned(node: Node, before: ApiObject | undefined, after: ApiObject | undefined): Iterable<Node> {
    const { uid } = node.object.metadata;
    if (after === undefined) {
      yield* this.dependentsOf(uid);
    } else if (deletesInForeground(after) || orphansFirst(after)) {
      yield node;
      if (before === undefined || !deletesInForeground(before)) yield* this.dependentsOf(uid);
    } else if (ownersOf(after).some((owner) => this.stateOf(owner, after) !== "present")) yield node;
    yield* this.#left(before, after);
  }

  /** Owners in foreground deletion for whom there is one dependent less, or one that no longer blocks. */
  *#left(before: ApiObject | undefined, after: ApiObject | undefined): Iterable<Node> {
    if (before === undefined) return;
    const kept = new Set(after === undefined ? [] : ownersOf(after).map((owner) => JSON.stringify(owner)));
    for (const owner of ownersOf(before)) {
      const found = this.#byUid.get(owner.uid);
      if (found === undefined || kept.has(JSON.stringify(owner))) continue;
      if (deletesInForeground(found.object)) yield found;
    }
  }
}

const nameOf = (kind: AnyKind): string => `${apiVersionOf(kind)}/${kind.kind}`;
const keyOfNode = ({ followed, object }: Node): string => `${nameOf(followed.kind)} ${keyOf(object)}`;
