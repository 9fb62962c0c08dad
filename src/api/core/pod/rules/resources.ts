import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity, showQuantity, wholeUnits } from "#machinery/quantity.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import { notNegative } from "#machinery/rules/numbers.ts";
import type { ResourceRequirements } from "../container.ts";

// Source: ValidateContainerResourceRequirements in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
type Amounts = Readonly<Record<string, string>>;

export function* resourceProblems(path: string, { limits = {}, requests = {} }: ResourceRequirements): Problems {
  for (const [name, amount] of Object.entries(limits)) yield* amountProblems(`${path}.limits[${name}]`, name, amount);
  for (const [name, amount] of Object.entries(requests)) {
    yield* amountProblems(`${path}.requests[${name}]`, name, amount);
    yield* excessProblems(`${path}.requests`, { name, amount, limits });
  }
}

function* amountProblems(path: string, name: string, amount: string): Problems {
  yield* resourceNameProblems(path, name);
  const quantity = mustQuantity(amount);
  if (quantity.nanos < 0n) yield invalidField(path, showQuantity(quantity), notNegative);
  else if (name.includes("/") && quantity.nanos !== wholeUnits(quantity) * 10n ** 9n)
    yield invalidField(path, showQuantity(quantity), "must be an integer");
}

const standard = new Set(["cpu", "memory", "ephemeral-storage"]);
function* resourceNameProblems(path: string, name: string): Problems {
  if (standard.has(name) || name.startsWith("hugepages-")) return;
  for (const trouble of labelKeyTrouble(name)) yield invalidField(path, name, trouble);
  if (name.includes("/")) return;
  yield invalidField(path, name, "must be a standard resource type or fully qualified");
  yield invalidField(path, name, "must be a standard resource for containers");
}

function* excessProblems(
  path: string,
  { name, amount, limits }: { readonly name: string; readonly amount: string; readonly limits: Amounts },
): Problems {
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  if (limit === undefined) return;
  const [wanted, most] = [mustQuantity(amount), mustQuantity(limit)];
  if (name.includes("/") && compareQuantities(wanted, most) !== 0)
    yield invalidField(path, showQuantity(wanted), `must be equal to ${name} limit of ${showQuantity(most)}`);
  else if (compareQuantities(wanted, most) > 0)
    yield invalidField(
      path,
      showQuantity(wanted),
      `must be less than or equal to ${name} limit of ${showQuantity(most)}`,
    );
}
