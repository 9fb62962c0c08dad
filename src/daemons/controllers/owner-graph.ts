import type { OwnerReference } from "#api/meta/object-meta.ts";
import { keyOf, placeOf } from "#client/informer.ts";
import type { ApiObject } from "#client/resource.ts";
import { deletesInForeground, type OwnerState, orphansFirst, ownersOf } from "#core/workloads/garbage.ts";
import { apiVersionOf } from "#machinery/kind.ts";
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

export function ownerGraph(kinds: readonly FollowedKind[]): OwnerGraph {
  const byUid = new Map<string, Node>();
  const gone = new Set<string>();
  const byName = new Map(kinds.map((followed) => [nameOf(followed), followed]));
  const owned = kinds.map((followed) => ({
    followed,
    of: followed.cache.index((object) => ownersOf(object).map(({ uid }) => uid)),
  }));
  const dependentsOf = (uid: string): readonly Node[] =>
    owned.flatMap(({ followed, of }) => of(uid).map((object) => ({ followed, object })));

  const stateOf = ({ uid, kind, apiVersion }: OwnerReference, dependent: ApiObject): OwnerState | "unknown" => {
    const found = byUid.get(uid);
    if (found === undefined) return gone.has(uid) ? "absent" : "unknown";
    // a cluster-wide object can't name the namespace of its owner: nothing is known, and nothing is deleted
    const isNamespaced = byName.get(`${apiVersion}/${kind}`)?.kind.scope === "Namespaced";
    if (isNamespaced && dependent.metadata.namespace === undefined) return "present";
    if (isNamespaced && found.object.metadata.namespace !== dependent.metadata.namespace) return "absent";
    return deletesInForeground(found.object) ? "waiting" : "present";
  };

  const remember = (followed: FollowedKind, before: ApiObject | undefined, after: ApiObject | undefined): void => {
    if (after !== undefined) byUid.set(after.metadata.uid, { followed, object: after });
    if (before === undefined || after?.metadata.uid === before.metadata.uid) return;
    byUid.delete(before.metadata.uid);
    gone.add(before.metadata.uid);
    const [oldest] = gone;
    if (gone.size > goneMost && oldest !== undefined) gone.delete(oldest);
  };

  /** Those about whom the change may decide something. */
  const concerned = function* (
    node: Node,
    before: ApiObject | undefined,
    after: ApiObject | undefined,
  ): Iterable<Node> {
    const uid = node.object.metadata.uid;
    const waits = after !== undefined && (deletesInForeground(after) || orphansFirst(after));
    if (waits) yield node;
    if (after === undefined || (waits && !(before !== undefined && deletesInForeground(before))))
      yield* dependentsOf(uid);
    if (after !== undefined && ownersOf(after).some((owner) => stateOf(owner, after) !== "present")) yield node;
    const kept = new Set(after === undefined ? [] : ownersOf(after).map((owner) => JSON.stringify(owner)));
    for (const owner of before === undefined ? [] : ownersOf(before)) {
      const found = byUid.get(owner.uid);
      if (!kept.has(JSON.stringify(owner)) && found !== undefined && deletesInForeground(found.object)) yield found;
    }
  };

  return {
    connect(enqueue) {
      const stops = kinds.map((followed) =>
        followed.cache.onChange((before, after) => {
          remember(followed, before, after);
          const object = after ?? before;
          if (object === undefined) return;
          for (const node of concerned({ followed, object }, before, after)) enqueue(keyOfNode(node));
        }),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
    async synced() {
      await Promise.all(kinds.map(({ cache }) => cache.synced()));
    },
    nodeAt(key) {
      const [kind = "", place = ""] = key.split(" ");
      const followed = byName.get(kind);
      const { namespace, name } = placeOf(place);
      const object = followed?.cache.get(namespace, name);
      return followed === undefined || object === undefined ? undefined : { followed, object };
    },
    find: (uid) => byUid.get(uid),
    dependentsOf,
    stateOf,
    followedOf: ({ apiVersion, kind }) => byName.get(`${apiVersion}/${kind}`),
  };
}

const nameOf = ({ kind }: FollowedKind): string => `${apiVersionOf(kind)}/${kind.kind}`;
const keyOfNode = ({ followed, object }: Node): string => `${nameOf(followed)} ${keyOf(object)}`;
