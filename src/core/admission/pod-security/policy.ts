import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";

/** How much a pod may do to its node, from all to little. Source: the Pod Security Standards. */
const levels = ["privileged", "baseline", "restricted"] as const;
export type Level = (typeof levels)[number];

/** A level, and of which version of Kubernetes: `latest` or `v1.30`. */
export interface Bar {
  readonly level: Level;
  readonly version: string;
}

/** What a namespace asks of its pods: some are refused, others told of in the audit log, others warned about. */
export interface Policy {
  readonly enforce: Bar;
  readonly audit: Bar;
  readonly warn: Bar;
}

type Labels = Readonly<Record<string, string>>;
type Mode = "enforce" | "audit" | "warn";

const levelLabel = (mode: Mode): string => `pod-security.kubernetes.io/${mode}`;
const versionLabel = (mode: Mode): string => `pod-security.kubernetes.io/${mode}-version`;

/**
 * What the labels of a namespace say; all may pass where they say nothing. Who isn't told what to warn about is warned about what is refused.
 * A wrong level, which only an old namespace can have, refuses most and tells of nothing. Source: PolicyToEvaluate in
 * k8s.io/pod-security-admission/api.
 */
export function policyOf(labels: Labels = {}): Policy {
  const enforce = barOf(labels, "enforce", "restricted");
  const audit = barOf(labels, "audit", "privileged");
  const warn = barOf(labels, "warn", "privileged");
  const isSilent = labels[levelLabel("warn")] === undefined && isStricter(enforce.level, warn.level);
  if (!isSilent) return { enforce, audit, warn };
  const version = labels[versionLabel("warn")] === undefined ? enforce.version : warn.version;
  return { enforce, audit, warn: { level: enforce.level, version } };
}

function barOf(labels: Labels, mode: Mode, otherwise: Level): Bar {
  const level = labels[levelLabel(mode)] ?? "privileged";
  const version = labels[versionLabel(mode)] ?? "latest";
  return { level: levels.find((one) => one === level) ?? otherwise, version: isVersion(version) ? version : "latest" };
}

export const isStricter = (level: Level, than: Level): boolean => levels.indexOf(level) > levels.indexOf(than);

const isVersion = (text: string): boolean => text === "latest" || /^v1\.(\d|[1-9]\d*)$/.test(text);

/** What is wrong with the labels of a namespace. */
export function* policyProblems(labels: Labels = {}): Iterable<FieldProblem> {
  for (const mode of ["enforce", "audit", "warn"] as const) {
    const [level, version] = [labels[levelLabel(mode)], labels[versionLabel(mode)]];
    if (level !== undefined && !levels.some((one) => one === level))
      yield invalidField(`metadata.labels[${levelLabel(mode)}]`, level, `must be one of ${levels.join(", ")}`);
    if (version !== undefined && !isVersion(version))
      yield invalidField(`metadata.labels[${versionLabel(mode)}]`, version, 'must be "latest" or "v1.x"');
  }
}
