import {
  duplicateField,
  type FieldProblem,
  invalidField,
  requiredField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { cidrProblems } from "#machinery/rules/addresses.ts";
import { labelKeyTrouble, labelValueTrouble } from "#machinery/rules/names.ts";
import type { NodeSpec } from "./spec.ts";

interface Subject {
  readonly spec: NodeSpec;
}

const effects: readonly string[] = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

// Source: validateNodeTaints and ValidateNode in pkg/apis/core/validation/validation.go, which by mistake tells taints below metadata.
export function* nodeProblems({ spec: { taints = [], podCIDRs = [] } }: Subject): Iterable<FieldProblem> {
  const seen = new Set<string>();
  for (const [i, taint] of taints.entries()) {
    const { key, value = "", effect } = taint;
    const path = `spec.taints[${i}]`;
    for (const trouble of labelKeyTrouble(key)) yield invalidField(`${path}.key`, key, trouble);
    const troubles = labelValueTrouble(value);
    if (troubles.length > 0) yield invalidField(`${path}.value`, value, troubles.join(";"));
    if (!effects.includes(effect))
      yield effect.length === 0 ? requiredField(`${path}.effect`) : unsupportedField(`${path}.effect`, effect, effects);
    if (seen.has(`${key}:${effect}`))
      yield { ...duplicateField(path, taint), detail: "taints must be unique by key and effect pair" };
    seen.add(`${key}:${effect}`);
  }
  for (const [i, cidr] of podCIDRs.entries()) yield* cidrProblems(`spec.podCIDRs[${i}]`, cidr);
}
