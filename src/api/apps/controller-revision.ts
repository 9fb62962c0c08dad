import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField, requiredField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { negativeProblems } from "#machinery/rules/numbers.ts";
import { object } from "#machinery/schema.ts";
import {
  controllerRevisionFields,
  controllerRevisionV1beta1,
  controllerRevisionV1beta2,
} from "./controller-revision/old-versions.ts";

export class ControllerRevision extends object("io.k8s.api.apps.v1.ControllerRevision", controllerRevisionFields) {}

/** Source: ValidateControllerRevision in pkg/apis/apps/validation/validation.go. */
function* revisionProblems({ data, revision }: ControllerRevision): Iterable<FieldProblem> {
  if (data === undefined) yield requiredField("data", "data is mandatory");
  yield* negativeProblems("revision", revision);
}

/** What once was can't be made otherwise. Source: ValidateControllerRevisionUpdate. */
function* keptProblems({ data: next }: ControllerRevision, { data: old }: ControllerRevision): Iterable<FieldProblem> {
  if (!isSame(next, old)) yield invalidField("data", next, "field is immutable");
}

/** `daemonset.apps/agent`. Source: formatResourceName in pkg/printers/internalversion. */
function controllerName({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return "<none>";
  const [group] = owner.apiVersion.split("/");
  const kind = owner.kind.toLowerCase();
  return `${owner.apiVersion.includes("/") ? `${kind}.${group}` : kind}/${owner.name}`;
}

export const controllerRevisions = defineKind<typeof ControllerRevision>({
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  singular: "controllerrevision",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: ControllerRevision,
  subresources: [],
  columns: [
    nameColumn,
    { name: "Controller", type: "string", cell: controllerName, doc: "Whose past it is." },
    {
      name: "Revision",
      type: "integer",
      cell: ({ revision }) => revision,
      doc: "Which of several it is; the highest is the newest.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  otherVersions: [controllerRevisionV1beta2, controllerRevisionV1beta1],
  rules: [revisionProblems],
  updateRules: [keptProblems],
});
