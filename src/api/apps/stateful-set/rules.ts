import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsLabelTrouble } from "#machinery/rules/names.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { isNoShare, overfullProblems, shareProblems } from "#machinery/rules/shares.ts";
import { isEmptySelector, lastingProblems, matchProblems, podTemplateProblems } from "../../core/pod/rules/template.ts";
import type { PodTemplateSpec } from "../../core/pod/spec.ts";
import type { RollingUpdateStatefulSetStrategy, StatefulSetSpec, StatefulSetStatus } from "./spec.ts";

// Source: ValidateStatefulSetSpec in pkg/apis/apps/validation/validation.go.

interface Subject {
  readonly spec: StatefulSetSpec;
  readonly status: StatefulSetStatus;
}
type Problems = Iterable<FieldProblem>;

export const statefulSetRules: readonly ((statefulSet: Subject) => Problems)[] = [
  policyProblems,
  strategyProblems,
  ({ spec }) => negativeProblems("spec.replicas", spec.replicas),
  ({ spec }) => negativeProblems("spec.minReadySeconds", spec.minReadySeconds),
  ({ spec }) => negativeProblems("spec.ordinals.start", spec.ordinals?.start),
  serviceNameProblems,
  selectorProblems,
  ({ spec }) => podTemplateProblems("spec.template", withClaims(spec)),
  ({ spec }) => lastingProblems("spec.template", spec.template, "StatefulSet"),
  statusProblems,
];

function* policyProblems({ spec: { podManagementPolicy: policy } }: Subject): Problems {
  if (policy !== "OrderedReady" && policy !== "Parallel")
    yield invalidField("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
}

function* strategyProblems({ spec: { updateStrategy } }: Subject): Problems {
  const path = "spec.updateStrategy";
  const { type, rollingUpdate } = updateStrategy;
  switch (type) {
    case "OnDelete":
      if (rollingUpdate !== undefined)
        yield invalidField(`${path}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'");
      return;
    case "RollingUpdate":
      if (rollingUpdate !== undefined) yield* rollingProblems(`${path}.rollingUpdate`, rollingUpdate);
      return;
    default:
      yield invalidField(path, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'");
  }
}

function* rollingProblems(path: string, { partition, maxUnavailable }: RollingUpdateStatefulSetStrategy): Problems {
  yield* negativeProblems(`${path}.partition`, partition);
  yield* shareProblems(`${path}.maxUnavailable`, maxUnavailable);
  if (isNoShare(maxUnavailable)) yield invalidField(`${path}.maxUnavailable`, maxUnavailable, "cannot be 0");
  yield* overfullProblems(`${path}.maxUnavailable`, maxUnavailable);
}

function* serviceNameProblems({ spec: { serviceName } }: Subject): Problems {
  if (serviceName !== undefined)
    for (const trouble of dnsLabelTrouble(serviceName)) yield invalidField("spec.serviceName", serviceName, trouble);
}

function* selectorProblems({ spec: { selector, template } }: Subject): Problems {
  yield* labelSelectorProblems("spec.selector", selector);
  if (isEmptySelector(selector))
    yield invalidField("spec.selector", selector, "empty selector is invalid for statefulset");
  else yield* matchProblems("spec.template", selector, template);
}

/** The template as its pods will have it: each claim is a volume of theirs, instead of one of that name. */
function withClaims({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  if (volumeClaimTemplates.length === 0) return template;
  const names = new Set(volumeClaimTemplates.flatMap(({ metadata: { name = "" } }) => (name === "" ? [] : [name])));
  const others = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...template.spec, volumes: [...others, ...claims] } };
}

const counts = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] as const;

/** Source: ValidateStatefulSetStatus in the same file. */
function* statusProblems({ status }: Subject): Problems {
  for (const name of ["replicas", ...counts, "observedGeneration", "collisionCount"] as const)
    yield* negativeProblems(`status.${name}`, status[name]);
  for (const name of counts)
    if ((status[name] ?? 0) > status.replicas)
      yield invalidField(`status.${name}`, status[name], "cannot be greater than status.replicas");
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0))
    yield invalidField(
      "status.availableReplicas",
      status.availableReplicas,
      "cannot be greater than status.readyReplicas",
    );
}

/** What its pods and their claims are called by can't change. Source: ValidateStatefulSetUpdate in the same file. */
export function* statefulSetUpdateProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (isSame(fixed(next), fixed(old))) return;
  const free = "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', ";
  const last = "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
  yield forbiddenField("spec", `updates to statefulset spec for fields other than ${free}${last} are forbidden`);
}

const fixed = ({
  selector,
  serviceName,
  podManagementPolicy,
  volumeClaimTemplates,
}: StatefulSetSpec): Partial<StatefulSetSpec> => ({
  selector,
  podManagementPolicy,
  ...(serviceName !== undefined && { serviceName }),
  ...(volumeClaimTemplates && { volumeClaimTemplates }),
});
