import { namespaces } from "#api/core/namespace.ts";
import { forbidden, notFound, StatusError } from "#machinery/status.ts";
import { type ApiObject, isOf, parseStored } from "../object.ts";
import { keyOf } from "../objects.ts";
import type { AdmissionPlugin, Attempt } from "./plugin.ts";

/** Nothing is created in a namespace that isn't there, or that is on its way out; and some a cluster can't do without. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  at: "everywhere",
  mutate: (next, attempt) =>
    attempt.operation === "create" && attempt.call.kind.scope === "Namespaced" ? takenBy(attempt, next) : next,
  deletionDenial: (old) =>
    isOf(namespaces, old) && immortal.has(old.metadata.name) ? "this namespace may not be deleted" : undefined,
};

/** Throws a 404 or 403. */
async function takenBy({ call: { env, kind, path }, name }: Attempt, next: ApiObject): Promise<ApiObject> {
  const { namespace } = path;
  const entry = await env.store.get(keyOf(namespaces, { namespace: "", name: namespace }));
  if (entry === undefined) throw notFound(namespaces, namespace);
  const found = parseStored(entry.value);
  if (!isOf(namespaces, found) || found.status.phase !== "Terminating") return next;
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

const immortal = new Set(["default", "kube-system", "kube-public"]);
