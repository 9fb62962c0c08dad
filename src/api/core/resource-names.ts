import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { mustQuantity, wholeUnits } from "#machinery/quantity.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";
import { notNegative } from "#machinery/rules/numbers.ts";

// Source: validateResourceName and its neighbours in pkg/apis/core/validation/validation.go; the names, pkg/apis/core/helper/helpers.go.

type Problems = Iterable<FieldProblem>;

const ofContainers = ["cpu", "memory", "ephemeral-storage"];
/** Objects are counted, and not measured. */
const counted: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "persistentvolumeclaims",
  "configmaps",
  "services.nodeports",
  "services.loadbalancers",
]);
const ofQuotas: ReadonlySet<string> = new Set([
  ...ofContainers,
  ...ofContainers.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  "requests.storage",
  ...counted,
]);

const isHugePages = (name: string): boolean => name.startsWith("hugepages-");
export const isOfQuotas = (name: string): boolean =>
  ofQuotas.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-");

/** Kubernetes' own, and not those of somebody's devices. */
const isNative = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");
const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith("requests.") && labelKeyTrouble(`requests.${name}`).length === 0;
/** Whether all containers together may be promised more than there is. */
export const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export function* resourceNameProblems(path: string, name: string): Problems {
  const troubles = labelKeyTrouble(name);
  for (const trouble of troubles) yield invalidField(path, name, trouble);
  if (troubles.length === 0 && !name.includes("/") && name !== "storage" && !isOfQuotas(name))
    yield invalidField(path, name, "must be a standard resource type or fully qualified");
}

export function* containerResourceNameProblems(path: string, name: string): Problems {
  yield* resourceNameProblems(path, name);
  if (!name.includes("/")) {
    if (!ofContainers.includes(name) && !isHugePages(name))
      yield invalidField(path, name, "must be a standard resource for containers");
  } else if (!isNative(name) && !isExtended(name))
    yield invalidField(path, name, "doesn't follow extended resource name standard");
}

export function* quotaResourceNameProblems(path: string, name: string): Problems {
  yield* resourceNameProblems(path, name);
  if (!name.includes("/") && !isOfQuotas(name)) yield invalidField(path, name, "must be a standard resource for quota");
}

/** Source: ValidateResourceQuantityValue in the same file. */
export function* amountProblems(path: string, name: string, amount: string): Problems {
  const quantity = mustQuantity(amount);
  if (quantity.nanos < 0n) yield invalidField(path, amount, notNegative);
  const isWhole = quantity.nanos === wholeUnits(quantity) * 10n ** 9n;
  if (!isWhole && (counted.has(name) || isExtended(name))) yield invalidField(path, amount, "must be an integer");
}
