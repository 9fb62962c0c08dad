import { baseline } from "./baseline.ts";
import type { Control, Subject, Violation } from "./control.ts";
import type { Bar, Level } from "./policy.ts";
import { overridden, restricted } from "./restricted.ts";

/** The lower level's controls come first. Source: populate in k8s.io/pod-security-admission/policy/registry.go. */
const controls: Readonly<Record<Level, readonly Control[]>> = {
  privileged: [],
  baseline,
  restricted: [...baseline.filter(({ id }) => !overridden.has(id)), ...restricted],
};

/**
 * What a pod does that a level doesn't have. Whatever version the level is to be of, it is judged by the newest controls, those of 1.36: the
 * older ones let more pass.
 */
export const violationsOf = (subject: Subject, level: Level): readonly Violation[] =>
  controls[level].flatMap(({ violation }) => violation(subject) ?? []);

/** `baseline:latest`. */
export const showBar = ({ level, version }: Bar): string => `${level}:${version}`;

/** `PodSecurity "baseline:latest": hostPort (container "a" uses hostPort 80)`; what a pod violates; undefined: nothing. */
export function violated(subject: Subject, bar: Bar): string | undefined {
  const violations = violationsOf(subject, bar.level);
  if (violations.length === 0) return undefined;
  const told = violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
  return `PodSecurity "${showBar(bar)}": ${told}`;
}
