import { duplicateField, type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelProblems } from "#machinery/rules/metadata.ts";
import { dnsLabelTrouble } from "#machinery/rules/names.ts";
import { oldLabelNotice } from "../../core/node/labels.ts";
import { resourceProblems } from "../../core/pod/rules/resources.ts";
import { tolerationProblems } from "../../core/pod/rules/tolerations.ts";
import type { Overhead, Scheduling } from "./spec.ts";

// Source: pkg/apis/node/validation/validation.go.

interface Subject {
  readonly handler: string;
  readonly overhead?: Overhead;
  readonly scheduling?: Scheduling;
}
type Problems = Iterable<FieldProblem>;

export function* runtimeClassProblems({ handler, overhead, scheduling }: Subject): Problems {
  for (const trouble of dnsLabelTrouble(handler)) yield invalidField("handler", handler, trouble);
  if (overhead?.podFixed !== undefined) yield* resourceProblems("overhead", { limits: overhead.podFixed });
  if (scheduling === undefined) return;
  yield* labelProblems(scheduling.nodeSelector, "scheduling.nodeSelector");
  const { tolerations = [] } = scheduling;
  yield* tolerationProblems("scheduling.tolerations", tolerations);
  for (const [i, one] of tolerations.entries())
    if (tolerations.slice(0, i).some((earlier) => isSame(earlier, one)))
      yield duplicateField(`scheduling.tolerations[${i}]`, one);
}

export function* keptHandlerProblems({ handler }: Subject, { handler: old }: Subject): Problems {
  if (handler !== old) yield invalidField("handler", handler, "field is immutable");
}

/** Source: GetWarningsForRuntimeClass in pkg/api/node/util.go. */
export function* runtimeClassWarnings({ scheduling }: Subject): Iterable<string> {
  for (const key of Object.keys(scheduling?.nodeSelector ?? {})) {
    const notice = oldLabelNotice(key);
    if (notice !== undefined) yield `scheduling.nodeSelector: ${notice}`;
  }
}
