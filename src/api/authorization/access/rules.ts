import { type FieldProblem, invalidField, invalidWhole, requiredField } from "#machinery/field-problem.ts";
import type { ObjectMeta } from "../../meta/object-meta.ts";
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReviewSpec,
} from "./attributes.ts";

// Source: pkg/apis/authorization/validation/validation.go in Kubernetes.

interface Question<S> {
  readonly metadata: ObjectMeta;
  readonly spec: S;
}

export function* selfProblems({ spec, metadata }: Question<SelfSubjectAccessReviewSpec>): Iterable<FieldProblem> {
  yield* exactlyOne(spec);
  yield* attributeProblems(spec.resourceAttributes);
  if (!isBare(metadata)) yield invalidWhole("metadata", "must be empty");
}

export function* subjectProblems({ spec, metadata }: Question<SubjectAccessReviewSpec>): Iterable<FieldProblem> {
  yield* specProblems(spec);
  if (!isBare(metadata)) yield invalidWhole("metadata", "must be empty");
}

export function* localProblems({ spec, metadata }: Question<SubjectAccessReviewSpec>): Iterable<FieldProblem> {
  yield* specProblems(spec);
  const { namespace = "", ...rest } = metadata;
  if (!isBare(rest)) yield invalidWhole("metadata", "must be empty except for namespace");
  const asked = spec.resourceAttributes;
  if (asked !== undefined && (asked.namespace ?? "") !== namespace)
    yield invalidField("spec.resourceAttributes.namespace", asked.namespace ?? "", "must match metadata.namespace");
  if (spec.nonResourceAttributes !== undefined)
    yield invalidWhole("spec.nonResourceAttributes", "disallowed on this kind of request");
}

const isBare = ({ managedFields: _, ...rest }: Partial<ObjectMeta>): boolean =>
  Object.values(rest).every((one) => one === undefined);

function* specProblems(spec: SubjectAccessReviewSpec): Iterable<FieldProblem> {
  yield* exactlyOne(spec);
  if ((spec.user ?? "") === "" && (spec.groups ?? []).length === 0)
    yield invalidField("spec.user", "", "at least one of user or group must be specified");
  yield* attributeProblems(spec.resourceAttributes);
}

function* exactlyOne(spec: SelfSubjectAccessReviewSpec): Iterable<FieldProblem> {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined)
    yield invalidWhole("spec.nonResourceAttributes", "cannot be specified in combination with resourceAttributes");
  if (resourceAttributes === undefined && nonResourceAttributes === undefined)
    yield invalidField(
      "spec.resourceAttributes",
      null,
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
}

function* attributeProblems(asked: ResourceAttributes | undefined): Iterable<FieldProblem> {
  yield* selectorProblems("spec.resourceAttributes.fieldSelector", asked?.fieldSelector);
  yield* selectorProblems("spec.resourceAttributes.labelSelector", asked?.labelSelector);
}

/** Operators that are not known are let pass: newer clients may ask with them. */
function* selectorProblems(
  path: string,
  selector: FieldSelectorAttributes | LabelSelectorAttributes | undefined,
): Iterable<FieldProblem> {
  if (selector === undefined) return;
  const { rawSelector = "", requirements = [] } = selector;
  if (rawSelector !== "" && requirements.length > 0)
    yield invalidField(`${path}.rawSelector`, rawSelector, "may not specified at the same time as requirements");
  if (rawSelector === "" && requirements.length === 0)
    yield requiredField(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`);
}
