import { type PolicyRule, type RoleRef, rbacGroup, type Subject } from "#api/rbac/role/spec.ts";
import { type Attributes, allowed, type Decision, denied } from "./attributes.ts";
import { type Grant, Grants } from "./grants.ts";
import type { Identity } from "./identity.ts";
import { allows } from "./rules.ts";
import { serviceAccountUser } from "./service-account.ts";

/** Where a role or binding stands; `namespace` is empty for a ClusterRole and a ClusterRoleBinding. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export interface BindingParts {
  readonly roleRef: Pick<RoleRef, "kind" | "name">;
  readonly subjects?: readonly Subject[];
}

/** Rules that somebody has, and what is wrong with bindings that should give more. */
export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  /** `role.rbac.authorization.k8s.io "x" not found`. */
  readonly faults: readonly string[];
}

/**
 * Who may do what by roles and bindings. A question looks up who asks and each of their groups, and meets nobody else's bindings.
 * Source: plugin/pkg/auth/authorizer/rbac/rbac.go and pkg/registry/rbac/validation/rule.go in Kubernetes, in whose words it answers.
 */
export class AccessBook {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  /** How to take a binding out again. */
  readonly #bindings = new Map<string, () => void>();
  readonly #users = new Grants();
  readonly #groups = new Grants();

  /** `rules` is undefined where the role is gone. */
  observeRole(place: Place, rules: readonly PolicyRule[] | undefined): void {
    if (rules === undefined) this.#roles.delete(idOf(place));
    else this.#roles.set(idOf(place), rules);
  }

  /** `binding` is undefined where it is gone. */
  observeBinding(place: Place, binding: BindingParts | undefined): void {
    const id = idOf(place);
    this.#bindings.get(id)?.();
    this.#bindings.delete(id);
    if (binding === undefined) return;
    const undone = givenBy(place, binding).map(({ subject, isGroup, grant }) => {
      const grants = isGroup ? this.#groups : this.#users;
      grants.set(subject, grant);
      return () => grants.delete(subject, grant);
    });
    this.#bindings.set(id, () => {
      for (const undo of undone) undo();
    });
  }

  decide(identity: Identity, asked: Attributes): Decision {
    let faults: Set<string> | undefined;
    const grant = this.#find(identity, asked.kind === "resource" ? asked.namespace : "", ({ role, fault }) => {
      const rules = this.#roles.get(role);
      if (rules === undefined) faults = (faults ?? new Set()).add(fault);
      return rules !== undefined && allows(rules, asked);
    });
    if (grant !== undefined) return grant.decision;
    return faults === undefined ? noOpinion : denied(`RBAC: ${showFaults([...faults])}`);
  }

  /** All that somebody may do in a namespace; of "" what they may do everywhere. */
  rulesFor(identity: Identity, namespace: string): HeldRules {
    const [rules, faults]: [PolicyRule[], Set<string>] = [[], new Set()];
    this.#find(identity, namespace, ({ role, fault }) => {
      const given = this.#roles.get(role);
      if (given === undefined) faults.add(fault);
      else rules.push(...given);
      return false;
    });
    return { rules, faults: [...faults] };
  }

  /** The rules of the role that a binding in that namespace names; undefined: there is none. */
  rulesOf(roleRef: BindingParts["roleRef"], namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(roleOf(roleRef, namespace));
  }

  /** What counts everywhere comes first. */
  #find(identity: Identity, namespace: string, isIt: (grant: Grant) => boolean): Grant | undefined {
    return this.#findAt(identity, "", isIt) ?? (namespace === "" ? undefined : this.#findAt(identity, namespace, isIt));
  }

  #findAt({ user, groups }: Identity, namespace: string, isIt: (grant: Grant) => boolean): Grant | undefined {
    for (const grant of this.#users.at(user, namespace)) if (isIt(grant)) return grant;
    for (const group of groups) for (const grant of this.#groups.at(group, namespace)) if (isIt(grant)) return grant;
    return undefined;
  }
}

const noOpinion = denied();

const idOf = ({ namespace, name }: Place): string => `${namespace}/${name}`;

/** A Role is looked for where its binding stands. */
const roleOf = ({ kind, name }: BindingParts["roleRef"], namespace: string): string =>
  idOf({ namespace: kind === "Role" ? namespace : "", name });

/** Source: utilerrors.NewAggregate. */
export const showFaults = (faults: readonly string[]): string =>
  faults.length === 1 ? faults.join() : `[${faults.join(", ")}]`;

interface Given {
  readonly subject: string;
  readonly isGroup: boolean;
  readonly grant: Grant;
}

/** Of two subjects that somebody is the first is what a reason names, so it comes last. */
const givenBy = (place: Place, binding: BindingParts): readonly Given[] =>
  (binding.subjects ?? []).toReversed().flatMap((subject) => givenTo(subject, place, binding) ?? []);

function givenTo(subject: Subject, place: Place, { roleRef }: BindingParts): Given | undefined {
  const { kind, name } = subject;
  const { namespace } = place;
  const account = subject.namespace || namespace;
  const shown = kind === "ServiceAccount" ? `${name}/${account}` : name;
  const grant: Grant = {
    ...place,
    role: roleOf(roleRef, namespace),
    decision: { ...allowed, because: reason(place, roleRef, `${kind} ${JSON.stringify(shown)}`) },
    fault: `${roleRef.kind.toLowerCase()}.${rbacGroup} ${JSON.stringify(roleRef.name)} not found`,
  };
  switch (kind) {
    case "User":
      return { subject: name, isGroup: false, grant };
    case "Group":
      return { subject: name, isGroup: true, grant };
    case "ServiceAccount":
      return account === "" ? undefined : { subject: serviceAccountUser(account, name), isGroup: false, grant };
    default:
      return undefined;
  }
}

function reason({ namespace, name }: Place, role: BindingParts["roleRef"], subject: string): string {
  const kind = namespace === "" ? "ClusterRoleBinding" : "RoleBinding";
  const shown = namespace === "" ? name : `${name}/${namespace}`;
  return `RBAC: allowed by ${kind} ${JSON.stringify(shown)} of ${role.kind} ${JSON.stringify(role.name)} to ${subject}`;
}
