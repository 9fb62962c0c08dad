import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { isNoShare, overfullProblems, shareProblems } from "#machinery/rules/shares.ts";
import { deriveTemplate } from "../../core/pod/defaults.ts";
import { isEmptySelector, lastingProblems, matchProblems, podTemplateProblems } from "../../core/pod/rules/template.ts";
import type { DaemonSetSpec, DaemonSetStatus, RollingUpdateDaemonSet } from "./spec.ts";

// Source: ValidateDaemonSetSpec in pkg/apis/apps/validation/validation.go.

interface Subject {
  readonly spec: DaemonSetSpec;
  readonly status: DaemonSetStatus;
}
type Problems = Iterable<FieldProblem>;

/** Source: SetDefaults_DaemonSet in pkg/apis/apps/v1/defaults.go. */
export function deriveDaemonSet<D extends Subject>(daemonSet: D): D {
  const { spec } = daemonSet;
  const { updateStrategy: given } = spec;
  const rollingUpdate = given.rollingUpdate ?? { maxUnavailable: 1, maxSurge: 0 };
  const updateStrategy = given.type === "RollingUpdate" ? { ...given, rollingUpdate } : given;
  return { ...daemonSet, spec: { ...spec, updateStrategy, template: deriveTemplate(spec.template) } };
}

export const daemonSetRules: readonly ((daemonSet: Subject) => Problems)[] = [
  selectorProblems,
  ({ spec }) => podTemplateProblems("spec.template", spec.template),
  ({ spec }) => lastingProblems("spec.template", spec.template, "DaemonSet"),
  ({ spec }) => negativeProblems("spec.minReadySeconds", spec.minReadySeconds),
  strategyProblems,
  ({ spec }) => negativeProblems("spec.revisionHistoryLimit", spec.revisionHistoryLimit),
  statusProblems,
];

function* selectorProblems({ spec: { selector, template } }: Subject): Problems {
  yield* labelSelectorProblems("spec.selector", selector);
  yield* matchProblems("spec.template", selector, template);
  if (isEmptySelector(selector))
    yield invalidField("spec.selector", selector, "empty selector is invalid for daemonset");
}

function* strategyProblems({ spec: { updateStrategy } }: Subject): Problems {
  const path = "spec.updateStrategy.rollingUpdate";
  if (updateStrategy.type === "RollingUpdate" && updateStrategy.rollingUpdate !== undefined)
    yield* rollingProblems(path, updateStrategy.rollingUpdate);
}

function* rollingProblems(path: string, { maxUnavailable, maxSurge }: RollingUpdateDaemonSet): Problems {
  const [unavailable, surge] = [`${path}.maxUnavailable`, `${path}.maxSurge`];
  yield* shareProblems(unavailable, maxUnavailable);
  yield* shareProblems(surge, maxSurge);
  yield* overfullProblems(unavailable, maxUnavailable);
  yield* overfullProblems(surge, maxSurge);
  const [mayMiss, maySurge] = [!isNoShare(maxUnavailable), !isNoShare(maxSurge)];
  if (mayMiss && maySurge) yield invalidField(surge, maxSurge, "may not be set when maxUnavailable is non-zero");
  if (!mayMiss && !maySurge) yield requiredField(unavailable, "cannot be 0 when maxSurge is 0");
}

const counts = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
] as const;

/** Source: validateDaemonSetStatus in the same file. */
function* statusProblems({ status }: Subject): Problems {
  for (const name of counts) yield* negativeProblems(`status.${name}`, status[name]);
}
