import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { labelKeyTrouble } from "#machinery/rules/names.ts";

/** Names without a slash that mean something. Source: pkg/apis/core/helper, standardResources and standardQuotaResources. */
const known: ReadonlySet<string> = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "storage",
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "requests.storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
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

/** Of what a quota or a range of limits speaks. Source: validateResourceName in pkg/apis/core/validation/validation.go. */
export function* resourceNameProblems(path: string, name: string): Iterable<FieldProblem> {
  for (const trouble of labelKeyTrouble(name)) yield invalidField(path, name, trouble);
  const isKnown = known.has(name) || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
  if (!name.includes("/") && !isKnown)
    yield invalidField(path, name, "must be a standard resource type or fully qualified");
}
