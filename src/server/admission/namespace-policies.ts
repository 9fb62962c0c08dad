import { namespaces } from "#api/core/namespace.ts";
import { type Policy, policyOf } from "#core/admission/pod-security/policy.ts";
import type { Entry } from "#store/store.ts";
import { isOf, parseStored } from "../object.ts";
import { prefixOf } from "../objects.ts";
import type { Follower } from "../watches/following.ts";

/** What namespaces ask of their pods, those that ask anything. */
export class NamespacePolicies implements Follower {
  readonly prefix = prefixOf(namespaces);
  /** By the namespace's key in the store. */
  readonly #policies = new Map<string, Policy>();

  readonly keys = (): Iterable<string> => this.#policies.keys();

  readonly observe = (key: string, entry: Entry | undefined): void => {
    const namespace = entry && parseStored(entry.value);
    const policy = isOf(namespaces, namespace) ? policyOf(namespace.metadata.labels) : undefined;
    const asksNothing =
      policy === undefined || [policy.enforce, policy.audit, policy.warn].every(({ level }) => level === "privileged");
    if (asksNothing) this.#policies.delete(key);
    else this.#policies.set(key, policy);
  };

  /** undefined: all may be done there. */
  of(namespace: string): Policy | undefined {
    return this.#policies.get(`${this.prefix}${namespace}`);
  }
}
