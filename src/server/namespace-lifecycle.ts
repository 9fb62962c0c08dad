import { namespaces } from "#api/core/namespace.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { forbidden, notFound, StatusError } from "#machinery/status.ts";
import type { Store } from "#store/store.ts";
import { isOf, parseStored } from "./object.ts";
import { keyOf } from "./objects.ts";

/**
 * Nothing is created in a namespace that isn't there, or that is on its way out. Throws a 404 or 403.
 * Source: the admission plugin NamespaceLifecycle.
 */
export async function admitNamespace(
  store: Store,
  kind: AnyKind,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<void> {
  if (kind.scope === "Cluster") return;
  const entry = await store.get(keyOf(namespaces, { namespace: "", name: namespace }));
  if (entry === undefined) throw notFound(namespaces, namespace);
  const found = parseStored(entry.value);
  if (!isOf(namespaces, found) || found.status.phase !== "Terminating") return;
  const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = forbidden(kind, name, detail);
  const causes = [
    {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    },
  ];
  throw new StatusError({ ...status, details: { ...status.details, causes } });
}

/** Namespaces that a cluster can't do without. */
const immortal = new Set(["default", "kube-system", "kube-public"]);

/** Throws a 403. */
export function admitDeletion(kind: AnyKind, name: string): void {
  if (kind.kind === namespaces.kind && kind.group === "" && immortal.has(name))
    throw forbidden(kind, name, "this namespace may not be deleted");
}
