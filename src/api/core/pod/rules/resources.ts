import { type FieldProblem, forbiddenField, invalidField, requiredField } from "#machinery/field-problem.ts";
import { compareQuantities, mustQuantity } from "#machinery/quantity.ts";
import { allowsOvercommit, amountProblems, containerResourceNameProblems } from "../../resource-names.ts";
import type { ResourceRequirements } from "../container.ts";

// Source: ValidateContainerResourceRequirements in pkg/apis/core/validation/validation.go.

type Problems = Iterable<FieldProblem>;
type Amounts = Readonly<Record<string, string>>;

export function* resourceProblems(path: string, { limits = {}, requests = {} }: ResourceRequirements): Problems {
  for (const [name, amount] of Object.entries(limits)) yield* entryProblems(`${path}.limits[${name}]`, name, amount);
  for (const [name, amount] of Object.entries(requests)) {
    yield* entryProblems(`${path}.requests[${name}]`, name, amount);
    yield* excessProblems(path, { name, amount, limits });
  }
  const names = Object.keys({ ...limits, ...requests });
  if (names.some((name) => name.startsWith("hugepages-")) && !names.includes("cpu") && !names.includes("memory"))
    yield forbiddenField(path, "HugePages require cpu or memory");
}

function* entryProblems(path: string, name: string, amount: string): Problems {
  yield* containerResourceNameProblems(path, name);
  yield* amountProblems(path, name, amount);
}

function* excessProblems(
  path: string,
  { name, amount, limits }: { readonly name: string; readonly amount: string; readonly limits: Amounts },
): Problems {
  const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
  if (limit === undefined) {
    if (!allowsOvercommit(name))
      yield requiredField(`${path}.limits`, "Limit must be set for non overcommitable resources");
    return;
  }
  const order = compareQuantities(mustQuantity(amount), mustQuantity(limit));
  if (order !== 0 && !allowsOvercommit(name))
    yield invalidField(`${path}.requests`, amount, `must be equal to ${name} limit of ${limit}`);
  else if (order > 0)
    yield invalidField(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`);
}
