/**
 * What chooses objects: by label (`app=web,tier in (a, b)`), or by field (`spec.nodeName=node-1`).
 * Source: labels.Parse and fields.ParseSelector of k8s.io/apimachinery.
 */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
}
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}
export type LabelOperator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

/** A selector, or what is wrong with its text. */
export type Parsed<S> =
  | { readonly kind: "parsed"; readonly selector: S }
  | { readonly kind: "refused"; readonly message: string };

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
}
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

type Labels = Readonly<Record<string, string>> | undefined;

export const matchesLabels = ({ requirements }: LabelSelector, labels: Labels): boolean =>
  requirements.every((one) => meets(one, labels));

function meets({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "gt":
    case "lt":
      return value !== undefined && comparesAs(operator, Number(value), Number(values[0]));
  }
}
const comparesAs = (operator: "gt" | "lt", value: number, bound: number): boolean =>
  Number.isInteger(value) && (operator === "gt" ? value > bound : value < bound);

/** `fieldOf` gives the object's value of a field, `""` where it is not set. */
export const matchesFields = ({ requirements }: FieldSelector, fieldOf: (field: string) => string): boolean =>
  requirements.every(({ field, operator, value }) => (fieldOf(field) === value) === (operator === "="));

/** Prints a label selector as Kubernetes does: keys sorted, values sorted. */
export const showLabelSelector = ({ requirements }: LabelSelector): string =>
  requirements
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(showRequirement)
    .join(",");

function showRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.toSorted().join(",")})`;
    case "gt":
    case "lt":
      return `${key}${operator === "gt" ? ">" : "<"}${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

/** meta/v1 LabelSelector: how Deployments and ReplicaSets name their pods. An empty one chooses everything. */
export interface SelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined }[]
    | undefined;
}

const expressionOperators = new Map<string, LabelOperator>([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
  ["Gt", "gt"],
  ["Lt", "lt"],
]);

/** Of an object that was admitted: an operator that doesn't exist chooses nothing. */
export function selectorOf({ matchLabels = {}, matchExpressions = [] }: SelectorObject): LabelSelector {
  const equal = Object.entries(matchLabels).map(
    ([key, value]): LabelRequirement => ({ key, operator: "=", values: [value] }),
  );
  const others = matchExpressions.map(
    ({ key, operator, values = [] }): LabelRequirement => ({
      key,
      operator: expressionOperators.get(operator) ?? "in",
      values,
    }),
  );
  return { requirements: [...equal, ...others] };
}

/** A Service's `spec.selector`, or any set of labels that must all be there. */
export const selectorOfLabels = (labels: Readonly<Record<string, string>>): LabelSelector =>
  selectorOf({ matchLabels: labels });
