import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";
import { differences, showDifferences } from "#machinery/rules/differences.ts";
import type { Container } from "../container.ts";
import type { PodSpec } from "../spec.ts";
import { addedTolerationProblems } from "./tolerations.ts";

// Source: ValidatePodUpdate in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;

const changeable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
].join(",");

export function* podUpdateProblems(next: PodSpec, old: PodSpec): Problems {
  for (const list of ["containers", "initContainers"] as const)
    if ((next[list]?.length ?? 0) !== (old[list]?.length ?? 0)) {
      yield forbiddenField(`spec.${list}`, "pod updates may not add or remove containers");
      return;
    }
  yield* deadlineProblems(next, old);
  yield* addedTolerationProblems("spec.tolerations", next.tolerations, old.tolerations);
  yield* gateProblems(next, old);
  const changed = differences(withChangeables(next, old), old, "spec");
  if (changed.length === 0) return;
  yield forbiddenField(
    "spec",
    `pod updates may not change fields other than ${changeable}\n${showDifferences(changed)}`,
  );
}

function* deadlineProblems(
  { activeDeadlineSeconds: next }: PodSpec,
  { activeDeadlineSeconds: old }: PodSpec,
): Problems {
  if (old === undefined) return;
  if (next === undefined)
    yield invalidField("spec.activeDeadlineSeconds", next, "must not update from a positive integer to nil value");
  else if (next > old)
    yield invalidField("spec.activeDeadlineSeconds", next, "must be less than or equal to previous value");
}

function* gateProblems({ schedulingGates: next = [] }: PodSpec, { schedulingGates: old = [] }: PodSpec): Problems {
  const known = new Set(old.map(({ name }) => name));
  for (const [i, { name }] of next.entries())
    if (!known.has(name))
      yield forbiddenField(
        `spec.schedulingGates[${i}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      );
}

/** The new spec with what may change as it was. */
function withChangeables(next: PodSpec, old: PodSpec): object {
  const { activeDeadlineSeconds: _, tolerations: __, schedulingGates: ___, ...rest } = next;
  const { activeDeadlineSeconds, tolerations, schedulingGates } = old;
  const isGraceMended = old.terminationGracePeriodSeconds < 0 && next.terminationGracePeriodSeconds === 1;
  return {
    ...rest,
    containers: withImages(next.containers, old.containers),
    ...(next.initContainers && { initContainers: withImages(next.initContainers, old.initContainers ?? []) }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...(tolerations && { tolerations }),
    ...(schedulingGates && { schedulingGates }),
    ...(isGraceMended && { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }),
  };
}
const withImages = (next: readonly Container[], old: readonly Container[]): readonly object[] =>
  next.map(({ image: _, ...container }, i) => {
    const image = old[i]?.image;
    return { ...container, ...(image !== undefined && { image }) };
  });
