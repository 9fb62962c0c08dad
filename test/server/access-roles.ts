import { serviceAccountGroups, serviceAccountOf } from "#core/access/service-account.ts";
import type { Served } from "./served.ts";

const rbac = "/apis/rbac.authorization.k8s.io/v1";

/** `get,list deployments/scale.apps [name]`; a group other than the core one stands behind a dot. */
export function rule(text: string): object {
  const [verbs = "", what = "", names] = text.split(" ");
  if (what.startsWith("/") || what === "URLs") {
    return { verbs: verbs.split(","), nonResourceURLs: what === "URLs" ? ["*"] : what.split(",") };
  }
  const { group, resources } = resourcesOf(what);
  return {
    verbs: verbs.split(","),
    apiGroups: [group],
    resources: resources.split(","),
    ...(names !== undefined && { resourceNames: names.split(",") }),
  };
}

export function resourcesOf(text: string): { readonly group: string; readonly resources: string } {
  const at = text.indexOf(".");
  return at < 0 ? { group: "", resources: text } : { group: text.slice(at + 1), resources: text.slice(0, at) };
}

/** `User anna`, `Group interns`, `ServiceAccount robot`, `ServiceAccount lab/robot`. */
function subject(text: string): object {
  const [kind = "", whole = ""] = text.split(" ");
  const [first = "", second] = whole.split("/");
  return kind === "ServiceAccount" && second !== undefined
    ? { kind, namespace: first, name: second }
    : { kind, name: whole };
}

/** Where it says no namespace, for the whole cluster. */
export interface RoleSketch {
  readonly namespace?: string;
  readonly name: string;
  readonly rules: readonly string[];
}
export interface BindingSketch {
  readonly namespace?: string;
  readonly name: string;
  /** `Role reader` or `ClusterRole view`. */
  readonly role: string;
  readonly subjects: readonly string[];
}

export const roleObject = ({ name, rules }: RoleSketch): object => ({ metadata: { name }, rules: rules.map(rule) });

export function bindingObject({ name, role, subjects }: BindingSketch): object {
  const [kind = "", ...ofRole] = role.split(" ");
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind, name: ofRole.join(" ") };
  return { metadata: { name }, roleRef, subjects: subjects.map(subject) };
}

/** `roles` or `rolebindings`; those of the whole cluster where there is no namespace. */
export const rolePath = (plural: "roles" | "rolebindings", namespace: string | undefined): string =>
  namespace === undefined ? `${rbac}/cluster${plural}` : `${rbac}/namespaces/${namespace}/${plural}`;

export interface Sketches {
  readonly namespaces: readonly string[];
  readonly roles: readonly RoleSketch[];
  readonly bindings: readonly BindingSketch[];
}

/** Makes all of them, as an administrator. */
export async function makeRoles({ send }: Served, { namespaces, roles, bindings }: Sketches): Promise<void> {
  const make = async (path: string, body: object) => {
    const told = await send("POST", path, { body });
    if (told.status !== 201) throw new Error(told.text);
  };
  for (const name of namespaces) await make("/api/v1/namespaces", { metadata: { name } });
  for (const role of roles) await make(rolePath("roles", role.namespace), roleObject(role));
  for (const binding of bindings) await make(rolePath("rolebindings", binding.namespace), bindingObject(binding));
}

/** `anna`, `anna of interns,devs`, `system:serviceaccount:lab:robot`, `nobody`: in the groups that everybody or nobody known is in. */
export function identityOf(text: string): { readonly user: string; readonly groups: readonly string[] } {
  const [user = "", groups = ""] = text.split(" of ");
  if (user === "nobody") return { user: "system:anonymous", groups: ["system:unauthenticated"] };
  const account = serviceAccountOf(user);
  const own = account === undefined ? [] : serviceAccountGroups(account.namespace);
  return { user, groups: [...groups.split(",").filter((one) => one !== ""), ...own, "system:authenticated"] };
}
