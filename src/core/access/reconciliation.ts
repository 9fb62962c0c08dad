import type { AggregationRule, PolicyRule, RoleRef, Subject } from "#api/rbac/role/spec.ts";
import { sameJson } from "../same-json.ts";
import { missingRules } from "./covering.ts";

// What every cluster has is made whole again when the server starts; what users have added stays.
// Source: k8s.io/component-helpers/auth/rbac/reconciliation.

interface Labelled {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

export interface RoleParts extends Labelled {
  readonly rules?: readonly PolicyRule[];
  readonly aggregationRule?: AggregationRule;
}

export interface BindingParts extends Labelled {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

/** `"false"` by a user's hand: the object is theirs from then on. */
export const autoUpdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";

/** What is to be done with an object that is there. */
export type Completion<O> =
  | { readonly kind: "whole" }
  | { readonly kind: "lacking"; readonly completed: O }
  /** It gives another role, which can't be changed: it must be made anew. */
  | { readonly kind: "other" };

/** The rules of a role that gathers are its controller's to write. */
export function completedRole<R extends RoleParts>(present: R, wanted: RoleParts): Completion<R> {
  const { rules = [], aggregationRule } = present;
  const { clusterRoleSelectors: selectors = [] } = wanted.aggregationRule ?? {};
  const known = aggregationRule?.clusterRoleSelectors ?? [];
  const further = selectors.filter((one) => !known.some((other) => sameJson(one, other)));
  const missing = wanted.aggregationRule === undefined ? missingRules(rules, wanted.rules ?? []) : [];
  return completed(present, wanted, {
    ...(missing.length > 0 && { rules: [...rules, ...missing] }),
    ...(further.length > 0 && { aggregationRule: { clusterRoleSelectors: [...known, ...further] } }),
  });
}

export function completedBinding<B extends BindingParts>(present: B, wanted: BindingParts): Completion<B> {
  if (!sameJson(present.roleRef, wanted.roleRef)) return isOfUsers(present) ? whole : { kind: "other" };
  const { subjects = [] } = present;
  const missing = (wanted.subjects ?? []).filter((one) => !subjects.some((other) => isSameSubject(one, other)));
  return completed(present, wanted, missing.length > 0 ? { subjects: [...subjects, ...missing] } : {});
}

const isSameSubject = (a: Subject, b: Subject): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");

const whole = { kind: "whole" } as const;
const isOfUsers = ({ metadata }: Labelled): boolean => metadata.annotations?.[autoUpdateAnnotation] === "false";

/** Labels and annotations that are there stay as they are. */
function completed<O extends Labelled, C extends object>(present: O, wanted: Labelled, changed: C): Completion<O & C> {
  const { metadata } = present;
  const labels = { ...wanted.metadata.labels, ...metadata.labels };
  const annotations = { ...wanted.metadata.annotations, ...metadata.annotations };
  const isWhole =
    Object.keys(changed).length === 0 &&
    sameJson(labels, metadata.labels ?? {}) &&
    sameJson(annotations, metadata.annotations ?? {});
  if (isWhole || isOfUsers(present)) return whole;
  return { kind: "lacking", completed: { ...present, ...changed, metadata: { ...metadata, labels, annotations } } };
}
