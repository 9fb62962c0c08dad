import { type Namespace, namespaces } from "#api/core/namespace.ts";
import { placeOf } from "#client/informer.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { namespaceFinalizer, namespaceStatus, type Remaining } from "#core/workloads/namespace-content.ts";
import { changesOf, type Loop, loop, type Source } from "../loop.ts";
import { backoffOf, type ControllerContext, collection } from "./context.ts";
import { followedKinds, objectKinds } from "./followed-kinds.ts";

/** Empties namespaces that are deleted, then lets them go. */
export function namespaceController(context: ControllerContext): Loop {
  const all = collection(context, namespaces);
  const contents = objectKinds
    .filter(({ scope }) => scope === "Namespaced")
    .map((kind) => ({ kind, client: resourceClient(context.transport, kind) }));

  const plan = (key: string): Namespace | undefined => {
    const namespace = all.cache.get("", placeOf(key).name);
    const isGoing = namespace?.metadata.deletionTimestamp !== undefined;
    return isGoing && namespace.spec.finalizers?.includes(namespaceFinalizer) === true ? namespace : undefined;
  };

  const apply = async (namespace: Namespace): Promise<undefined> => {
    const { name } = namespace.metadata;
    const found = await Promise.all(contents.map((one) => empty(one, name)));
    const remaining = found.filter(({ objects }) => objects.length > 0);
    const status = namespaceStatus(namespace, remaining, context.now());
    const newest = status === undefined ? namespace : await all.client.updateStatus({ ...namespace, status });
    if (remaining.length > 0) return; // the end of the last of them brings the namespace back here
    const finalizers = (newest.spec.finalizers ?? []).filter((one) => one !== namespaceFinalizer);
    await all.client.updateAt("finalize", { ...newest, spec: { ...newest.spec, finalizers } });
  };

  return loop({
    name: "namespaces",
    sources: [
      changesOf(all.cache, ({ metadata }) => [metadata.name]),
      ...followedKinds(context.informers).map(
        ({ cache }): Source =>
          changesOf(cache, ({ metadata }, other) => {
            const isGoing = all.cache.get("", metadata.namespace)?.metadata.deletionTimestamp !== undefined;
            return other === undefined && isGoing ? [metadata.namespace] : [];
          }),
      ),
    ],
    plan,
    apply,
    parallel: 4,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** Deletes what is there of one kind. What still is there afterwards waits for a grace period or a finalizer. */
async function empty(
  { kind, client }: { readonly kind: Remaining["kind"]; readonly client: EmptyingClient },
  namespace: string,
): Promise<Remaining> {
  const { items } = await client.list(namespace);
  const left = await Promise.all(
    items.map(async (object) => {
      const { name, uid, deletionTimestamp } = object.metadata;
      if (deletionTimestamp !== undefined) return [object];
      try {
        const deletion = await client.delete(namespace, name, {
          preconditions: { uid },
          propagationPolicy: "Background",
        });
        return deletion.kind === "going" ? [deletion.object] : [];
      } catch (fault) {
        if (refusedFor(fault, "NotFound")) return [];
        throw fault;
      }
    }),
  );
  return { kind, objects: left.flat() };
}
type EmptyingClient = Pick<ReturnType<typeof resourceClient>, "list" | "delete">;
