import { isDeepStrictEqual } from "node:util";
import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { type PolicyRule, type RoleRef, rbacGroup } from "#api/rbac/role/spec.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import { escalation, mayGather } from "#core/access/escalation.ts";
import { isAdministrator } from "#core/access/identity.ts";
import { forbidden, notFound } from "#machinery/status.ts";
import { decisionOn } from "../authorization/permission.ts";
import type { Call } from "../call.ts";
import { type ApiObject, isOf, withoutMetadata } from "../object.ts";
import type { AdmissionPlugin, Attempt, Denial } from "./plugin.ts";

/**
 * Nobody gives by a role or a binding what they don't have themselves, unless they may `escalate` or `bind`. Kubernetes asks where it stores
 * these kinds: after what other plugins add, before anybody looks whether the object is right.
 * Source: pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go.
 */
export const roleEscalation: AdmissionPlugin = {
  name: "RoleEscalation",
  at: [roles, clusterRoles, roleBindings, clusterRoleBindings].map(({ group, plural }) => `${group}/${plural}`),
  mutate(next, attempt) {
    const { call, name, old } = attempt;
    if (isAdministrator(call.identity) || (old !== undefined && isOnlyReleased(next, old))) return next;
    const denied = denialOf(next, attempt);
    if (denied !== undefined) throw forbidden(call.kind, name, denied);
    return next;
  },
};

function denialOf(next: ApiObject, { call, old }: Attempt): Denial {
  if (isOf(roles, next)) return roleDenial(call, next.rules);
  if (isOf(clusterRoles, next)) {
    const before = old !== undefined && isOf(clusterRoles, old) ? old.aggregationRule : undefined;
    const isGatheringAnew = !isDeepStrictEqual(next.aggregationRule, before);
    return roleDenial(call, next.rules) ?? (isGatheringAnew ? gatheringDenial(call) : undefined);
  }
  if (isOf(roleBindings, next) || isOf(clusterRoleBindings, next)) return bindingDenial(call, next.roleRef);
  return undefined;
}

function roleDenial(call: Call, rules: readonly PolicyRule[] = []): Denial {
  const { kind, path } = call;
  return may(call, "escalate", { resource: kind.plural, name: path.name }) ? undefined : grantDenial(call, rules);
}

const gatheringDenial = (call: Call): Denial =>
  may(call, "escalate", { resource: call.kind.plural, name: call.path.name }) || mayGather(held(call))
    ? undefined
    : "must have cluster-admin privileges to use the aggregationRule";

/** Throws a 404 where there is no such role. */
function bindingDenial(call: Call, roleRef: RoleRef): Denial {
  const kind = [roles, clusterRoles].find((one) => one.kind === roleRef.kind);
  if (kind === undefined) return undefined; // there is no such reference, as will be found
  if (may(call, "bind", { resource: kind.plural, name: roleRef.name })) return undefined;
  const given = call.env.accessBook.rulesOf(roleRef, call.path.namespace);
  if (given === undefined) throw notFound(kind, roleRef.name);
  return grantDenial(call, given);
}

const held = ({ env, identity, path }: Call) => env.accessBook.rulesFor(identity, path.namespace);

const grantDenial = (call: Call, given: readonly PolicyRule[]): Denial => escalation(call.identity, given, held(call));

interface Asked {
  readonly resource: string;
  /** Empty where an object is made: its name is not in the request's path. */
  readonly name: string;
}

function may({ env, identity, path: { namespace } }: Call, verb: "escalate" | "bind", asked: Asked): boolean {
  const attributes = { kind: "resource", group: rbacGroup, subresource: "", namespace, verb, ...asked } as const;
  return decisionOn(env, identity, attributes).kind === "allowed";
}

/** Whoever collects what nobody owns any more need not have the rights that it gave. Source: IsOnlyMutatingGCFields in pkg/registry/rbac/helpers.go. */
function isOnlyReleased(next: ApiObject, old: ApiObject): boolean {
  const released = ["ownerReferences", "finalizers", "managedFields", "selfLink"] as const;
  return isDeepStrictEqual(withoutMetadata(next, ...released), withoutMetadata(old, ...released));
}
