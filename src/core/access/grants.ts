import type { Decision } from "./attributes.ts";

/** What a binding gives to one of its subjects. */
export interface Grant {
  /** The binding's namespace; empty: everywhere. */
  readonly namespace: string;
  /** The binding's name. */
  readonly name: string;
  /** Which role it gives, as the book knows it. */
  readonly role: string;
  /** What is answered where the role allows something. */
  readonly decision: Decision;
  /** What is said where there is no such role. */
  readonly fault: string;
}

/** Grants by whom they are for, then by namespace and name. */
export class Grants {
  readonly #all = new Map<string, Map<string, Map<string, Grant>>>();

  set(subject: string, grant: Grant): void {
    const ofSubject = this.#all.get(subject) ?? new Map<string, Map<string, Grant>>();
    const here = ofSubject.get(grant.namespace) ?? new Map<string, Grant>();
    here.set(grant.name, grant);
    ofSubject.set(grant.namespace, here);
    this.#all.set(subject, ofSubject);
  }

  delete(subject: string, { namespace, name }: Grant): void {
    const ofSubject = this.#all.get(subject);
    const here = ofSubject?.get(namespace);
    here?.delete(name);
    if (here?.size === 0) ofSubject?.delete(namespace);
    if (ofSubject?.size === 0) this.#all.delete(subject);
  }

  /** Those of one namespace; of "" those for everywhere. */
  at(subject: string, namespace: string): Iterable<Grant> {
    return this.#all.get(subject)?.get(namespace)?.values() ?? nothing;
  }
}

const nothing: readonly Grant[] = [];
