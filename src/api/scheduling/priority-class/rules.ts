import { type FieldProblem, forbiddenField, invalidField } from "#machinery/field-problem.ts";

/** The two that every cluster has; nobody else may use such names. Source: pkg/apis/scheduling/v1/helpers.go. */
export const systemPriorities = [
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description: "For pods that the cluster can't be without, but that may run on any node.",
  },
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "For pods that their node can't be without.",
  },
] as const;

const systemPrefix = "system-";
/** Above it only the system's own classes stand. */
const highestOfUsers = 1_000_000_000;

interface Subject {
  readonly metadata: { readonly name: string };
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly preemptionPolicy: string;
}
type Problems = Iterable<FieldProblem>;

/** Source: ValidatePriorityClass in pkg/apis/scheduling/validation/validation.go. */
export function* priorityProblems(subject: Subject): Problems {
  const { metadata, value } = subject;
  if (metadata.name.startsWith(systemPrefix)) {
    const trouble = systemTrouble(subject);
    if (trouble !== undefined)
      yield forbiddenField(
        "metadata.name",
        `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${trouble}`,
      );
  } else if (value > highestOfUsers)
    yield forbiddenField("value", `maximum allowed value of a user defined priority is ${highestOfUsers}`);
}

function systemTrouble({ metadata: { name }, value, globalDefault = false }: Subject): string | undefined {
  const known = systemPriorities.find((one) => one.name === name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

/** Pods keep the number that they got with the class: it can't come to mean another. */
export function* keptPriorityProblems(next: Subject, old: Subject): Problems {
  if (next.value !== old.value) yield forbiddenField("value", "may not be changed in an update.");
  if (next.preemptionPolicy !== old.preemptionPolicy)
    yield invalidField("preemptionPolicy", next.preemptionPolicy, "field is immutable");
}
