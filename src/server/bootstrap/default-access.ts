import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import type { Transport } from "#client/transport.ts";
import {
  type DefaultObject,
  defaultClusterRoleBindingObjects,
  defaultClusterRoleObjects,
  defaultRoleBindingObjects,
  defaultRoleObjects,
} from "#core/access/default-roles/objects.ts";
import { type Completion, completedBinding, completedRole } from "#core/access/reconciliation.ts";
import { isJsonObject } from "#machinery/json.ts";
import { apiVersionOf, type Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { type ApiObject, isOf, named } from "../object.ts";
import { expect, send } from "./bootstrap-objects.ts";

/**
 * Makes the roles and bindings that every cluster has, and gives those that are there what they lack; what users have added to them stays,
 * and so does an object that they have marked as theirs.
 * Source: the post-start hook rbac/bootstrap-roles of kube-apiserver.
 */
export async function provideAccess(api: Transport): Promise<void> {
  await Promise.all([
    provide(api, clusterRoles, { wanted: defaultClusterRoleObjects, complete: completedRole }),
    provide(api, roles, { wanted: defaultRoleObjects, complete: completedRole }),
    provide(api, clusterRoleBindings, { wanted: defaultClusterRoleBindingObjects, complete: completedBinding }),
    provide(api, roleBindings, { wanted: defaultRoleBindingObjects, complete: completedBinding }),
  ]);
}

interface Provision<O, W> {
  readonly wanted: readonly W[];
  readonly complete: (present: O, wanted: W) => Completion<O>;
}

async function provide<T extends AnyType, W extends DefaultObject>(
  api: Transport,
  kind: Kind<T>,
  { wanted, complete }: Provision<Stored<T> & ApiObject, W>,
): Promise<void> {
  const known = await present(api, kind);
  await Promise.all(
    wanted.map(async (object) => {
      const { namespace = "", name } = object.metadata;
      const collection = `${root}/${namespace === "" ? "" : `namespaces/${namespace}/`}${kind.plural}`;
      const sketch = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
      const found = known.get(`${namespace}/${name}`);
      const completion = found === undefined ? undefined : complete(found, object);
      switch (completion?.kind) {
        case "whole":
          return;
        case "lacking":
          // Somebody else has just written it: it is made whole at the next start.
          return expect(await send(api, "PUT", `${collection}/${name}`, completion.completed), [200, 409], sketch);
        case "other":
          expect(await send(api, "DELETE", `${collection}/${name}`), [200, 404], sketch);
      }
      expect(await send(api, "POST", collection, sketch), [201, 409], sketch);
    }),
  );
}

const root = "/apis/rbac.authorization.k8s.io/v1";

/** By namespace and name. */
async function present<T extends AnyType>(
  api: Transport,
  kind: Kind<T>,
): Promise<ReadonlyMap<string, Stored<T> & ApiObject>> {
  const { text } = await send(api, "GET", `${root}/${kind.plural}`);
  const list: unknown = JSON.parse(text);
  const items: readonly unknown[] = isJsonObject(list) && Array.isArray(list.items) ? list.items : [];
  const objects = items.map((one) => named(kind, one)).filter((one) => isOf(kind, one));
  return new Map(objects.map((one) => [`${one.metadata.namespace ?? ""}/${one.metadata.name}`, one]));
}
