import type { Container, EphemeralContainer } from "#api/core/pod/container.ts";
import type { PodSecurityContext, SecurityContext } from "#api/core/pod/security.ts";
import type { PodSpec } from "#api/core/pod/spec.ts";

/** A pod, or the template of pods. */
export interface Subject {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** What a pod does that a control doesn't have: in short, and where. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One of the Pod Security Standards' controls. */
export interface Control {
  /** As Kubernetes calls it; controls are told in the order of these. */
  readonly id: string;
  readonly violation: (subject: Subject) => Violation | undefined;
}

export type AnyContainer = Container | EphemeralContainer;

export const containersOf = ({ spec }: Subject): readonly AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
  ...(spec.ephemeralContainers ?? []),
];

/** `"a", "b"`. */
export const quoted = (words: Iterable<string>): string => [...words].map((word) => `"${word}"`).join(", ");
/** Each once, in their order. */
export const sorted = (words: Iterable<string>): readonly string[] => [...new Set(words)].toSorted();
export const plural = (word: string, things: readonly unknown[]): string => (things.length === 1 ? word : `${word}s`);

/** `container "a"`, `containers "a", "b"`. */
export const named = (word: string, things: readonly { readonly name: string }[]): string =>
  `${plural(word, things)} ${quoted(things.map(({ name }) => name))}`;

/** The context of a pod, or of one of its containers: what both may say. */
export type Context = Pick<SecurityContext & PodSecurityContext, keyof SecurityContext & keyof PodSecurityContext>;

/** Who says something that isn't to be said. */
export interface Setters {
  /** `pod and containers "a", "b"`; empty: nobody. */
  readonly text: string;
  readonly contexts: readonly Context[];
}

export function settersOf(subject: Subject, isBad: (context: Context) => boolean): Setters {
  const { securityContext: ofPod } = subject.spec;
  const isPodBad = isBad(ofPod);
  const containers = containersOf(subject).filter(({ securityContext = {} }) => isBad(securityContext));
  const text = [...(isPodBad ? ["pod"] : []), ...(containers.length > 0 ? [named("container", containers)] : [])];
  return {
    text: text.join(" and "),
    contexts: [...(isPodBad ? [ofPod] : []), ...containers.map(({ securityContext = {} }) => securityContext)],
  };
}

/** Kernel rights, system calls and user ids are not what holds containers of Windows. */
export const isOfWindows = ({ spec }: Subject): boolean => spec.os?.name === "windows";
