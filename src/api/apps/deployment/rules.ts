import { type FieldProblem, forbiddenField, invalidField, unsupportedField } from "#machinery/field-problem.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { isNoShare, overfullProblems, shareProblems } from "#machinery/rules/shares.ts";
import { deriveTemplate } from "../../core/pod/defaults.ts";
import { selectorProblems, templateProblems } from "../../core/pod/rules/template.ts";
import type { DeploymentSpec, RollingUpdateDeployment } from "./spec.ts";

// Source: ValidateDeploymentSpec in pkg/apis/apps/validation/validation.go.

interface Subject {
  readonly spec: DeploymentSpec;
}
type Problems = Iterable<FieldProblem>;

/** Source: SetDefaults_Deployment in pkg/apis/apps/v1/defaults.go. */
export function deriveDeployment<D extends Subject>(deployment: D): D {
  const { spec } = deployment;
  const { strategy, template } = spec;
  const rollingUpdate = strategy.rollingUpdate ?? { maxUnavailable: "25%", maxSurge: "25%" };
  return {
    ...deployment,
    spec: {
      ...spec,
      strategy: strategy.type === "RollingUpdate" ? { ...strategy, rollingUpdate } : strategy,
      template: deriveTemplate(template),
    },
  };
}

export const deploymentRules: readonly ((deployment: Subject) => Problems)[] = [
  ({ spec }) => negativeProblems("spec.replicas", spec.replicas),
  selectorProblems,
  templateProblems,
  strategyProblems,
  timeProblems,
];

function* strategyProblems({ spec: { strategy } }: Subject): Problems {
  const { type, rollingUpdate } = strategy;
  const path = "spec.strategy";
  switch (type) {
    case "Recreate":
      if (rollingUpdate !== undefined)
        yield forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
      return;
    case "RollingUpdate":
      if (rollingUpdate !== undefined) yield* rollingProblems(`${path}.rollingUpdate`, rollingUpdate);
      return;
    default:
      yield unsupportedField(path, strategy, ["Recreate", "RollingUpdate"]);
  }
}

function* rollingProblems(path: string, { maxUnavailable, maxSurge }: RollingUpdateDeployment): Problems {
  yield* shareProblems(`${path}.maxUnavailable`, maxUnavailable);
  yield* shareProblems(`${path}.maxSurge`, maxSurge);
  if (isNoShare(maxUnavailable) && isNoShare(maxSurge))
    yield invalidField(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0");
  yield* overfullProblems(`${path}.maxUnavailable`, maxUnavailable);
}

function* timeProblems({ spec }: Subject): Problems {
  const { minReadySeconds = 0, revisionHistoryLimit, progressDeadlineSeconds } = spec;
  yield* negativeProblems("spec.minReadySeconds", minReadySeconds);
  yield* negativeProblems("spec.revisionHistoryLimit", revisionHistoryLimit);
  yield* negativeProblems("spec.progressDeadlineSeconds", progressDeadlineSeconds);
  if (progressDeadlineSeconds <= minReadySeconds)
    yield invalidField("spec.progressDeadlineSeconds", progressDeadlineSeconds, "must be greater than minReadySeconds");
}
