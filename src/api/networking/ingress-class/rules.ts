import {
  type FieldProblem,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "#machinery/field-problem.ts";
import { dnsLabelTrouble, dnsSubdomainTrouble, httpPathTrouble } from "#machinery/rules/names.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import { referenceProblems } from "../ingress/backend-rules.ts";
import type { IngressClassParametersReference, IngressClassSpec } from "./spec.ts";

// Source: validateIngressClassSpec in pkg/apis/networking/validation/validation.go.

interface Subject {
  readonly spec: IngressClassSpec;
}
type Problems = Iterable<FieldProblem>;

const longestController = 250;
const scopes = ["Cluster", "Namespace"];

export function* ingressClassProblems({ spec: { controller = "", parameters } }: Subject): Problems {
  if (controller === "") yield requiredField("spec.controller");
  else {
    if (controller.length > longestController) yield tooLongField("spec.controller", longestController);
    yield* domainPathProblems("spec.controller", controller);
  }
  if (parameters !== undefined) yield* parametersProblems("spec.parameters", parameters);
}

/** `example.com/ingress-controller`. Source: IsDomainPrefixedPath. */
function* domainPathProblems(path: string, value: string): Problems {
  const slash = value.indexOf("/");
  const [domain, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 1 || rest === "")
    yield invalidField(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else {
    for (const trouble of dnsSubdomainTrouble(domain)) yield invalidField(path, domain, trouble);
    for (const trouble of httpPathTrouble(rest)) yield invalidField(path, rest, trouble);
  }
}

function* parametersProblems(path: string, parameters: IngressClassParametersReference): Problems {
  const { scope, namespace } = parameters;
  yield* referenceProblems(path, parameters);
  if (!scopes.includes(scope)) yield unsupportedField(`${path}.scope`, scope, scopes);
  if (scope === "Namespace") {
    if (namespace === undefined) yield requiredField(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else for (const trouble of dnsLabelTrouble(namespace)) yield invalidField(`${path}.namespace`, namespace, trouble);
  }
  if (scope === "Cluster" && namespace !== undefined)
    yield forbiddenField(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'");
}

/** Who serves a class can't change: its Ingresses would be somebody else's all at once. */
export function* keptControllerProblems({ spec: next }: Subject, { spec: old }: Subject): Problems {
  if (next.controller !== old.controller)
    yield invalidField("spec.controller", next.controller ?? "", "field is immutable");
}

export const defaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";

/**
 * The class of an Ingress that names none: of those marked as default the youngest, of equally young ones the first by name.
 * Source: getDefaultClass in plugin/pkg/admission/network/defaultingressclass.
 */
export function defaultIngressClass(classes: readonly { readonly metadata: ObjectMeta }[]): string | undefined {
  const [first] = classes
    .map(({ metadata }) => metadata)
    .filter(({ annotations }) => annotations?.[defaultClassAnnotation] === "true")
    .toSorted((a, b) => compare(b.creationTimestamp, a.creationTimestamp) || compare(a.name, b.name));
  return first?.name;
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
