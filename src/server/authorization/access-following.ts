import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import type { AccessBook, Place } from "#core/access/access-book.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Stored } from "#machinery/schema.ts";
import { type ApiObject, isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** Keep the book as the stored roles and bindings are. */
export const accessFollowers = (book: AccessBook): readonly Follower[] => [
  following(roles, (place, role) => book.observeRole(place, role && (role.rules ?? []))),
  following(clusterRoles, (place, role) => book.observeRole(place, role && (role.rules ?? []))),
  following(roleBindings, (place, binding) => book.observeBinding(place, binding)),
  following(clusterRoleBindings, (place, binding) => book.observeBinding(place, binding)),
];

function following<T extends AnyType>(
  kind: Kind<T>,
  observe: (place: Place, object: (Stored<T> & ApiObject) | undefined) => void,
): Follower {
  const places = new Map<string, Place>();
  return {
    prefix: prefixOf(kind),
    keys: () => places.keys(),
    observe(key, entry) {
      const object = entry && parseStored(entry.value);
      if (object !== undefined && isOf(kind, object)) {
        const { namespace = "", name } = object.metadata;
        places.set(key, { namespace, name });
        return observe({ namespace, name }, object);
      }
      const place = places.get(key);
      places.delete(key);
      if (place !== undefined) observe(place, undefined);
    },
  };
}
