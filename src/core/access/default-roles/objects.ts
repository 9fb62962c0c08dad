import type { PolicyRule, RoleRef, Subject } from "#api/rbac/role/spec.ts";
import { aggregated } from "../aggregation.ts";
import { autoUpdateAnnotation, type RoleParts } from "../reconciliation.ts";
import { defaultBindings, defaultRoles } from "./bindings.ts";
import { componentRoles } from "./components.ts";
import { type DefaultClusterRole, peoplesRoles } from "./people.ts";

interface DefaultMetadata {
  readonly namespace?: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A role or binding that every cluster has. */
export interface DefaultObject {
  readonly metadata: DefaultMetadata;
}

interface DefaultRoleObject extends RoleParts {
  readonly metadata: DefaultMetadata;
  readonly rules: readonly PolicyRule[];
}

interface DefaultBindingObject {
  readonly metadata: DefaultMetadata;
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

const metadataOf = ({ namespace, name, labels }: Pick<DefaultMetadata, "name"> & Partial<DefaultMetadata>) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
  annotations: { [autoUpdateAnnotation]: "true" },
});

/** With the rules that those which gather have gathered, so that they count before the controller that gathers runs. */
export const defaultClusterRoleObjects: readonly DefaultRoleObject[] = gathered([...peoplesRoles, ...componentRoles]);

function gathered(all: readonly DefaultClusterRole[]): readonly DefaultRoleObject[] {
  const objects: DefaultRoleObject[] = [];
  for (const role of all) {
    const { name, rules = [], aggregationRule } = role;
    const metadata = metadataOf(role);
    objects.push(
      aggregationRule === undefined
        ? { metadata, rules }
        : { metadata, aggregationRule, rules: aggregated(name, aggregationRule, objects) },
    );
  }
  return objects;
}

export const defaultRoleObjects: readonly DefaultRoleObject[] = defaultRoles.map((role) => ({
  metadata: metadataOf(role),
  rules: role.rules,
}));

const bindingObjects: readonly DefaultBindingObject[] = defaultBindings.map((binding) => ({
  metadata: metadataOf(binding),
  roleRef: binding.roleRef,
  ...(binding.subjects.length > 0 && { subjects: binding.subjects }),
}));

export const defaultClusterRoleBindingObjects = bindingObjects.filter(
  ({ metadata }) => metadata.namespace === undefined,
);
export const defaultRoleBindingObjects = bindingObjects.filter(({ metadata }) => metadata.namespace !== undefined);
