import { nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { mustQuantity } from "#machinery/quantity.ts";
import { isSame } from "#machinery/rules/differences.ts";
import { labelSelectorProblems } from "#machinery/rules/label-selector.ts";
import { dnsSubdomainTrouble } from "#machinery/rules/names.ts";
import { notNegative } from "#machinery/rules/numbers.ts";
import { defaulted, object, optional, quantity, required, string } from "#machinery/schema.ts";
import { oldLabelNotice } from "../core/node/labels.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";

export class CSIStorageCapacity extends object("io.k8s.api.storage.v1.CSIStorageCapacity", {
  metadata: defaulted(1, ObjectMeta, {}),
  nodeTopology: optional(2, LabelSelector),
  storageClassName: required(3, string),
  capacity: optional(4, quantity),
  maximumVolumeSize: optional(5, quantity),
}) {}

/** Source of the columns: printCSIStorageCapacity in pkg/printers/internalversion/printers.go. */
export const csiStorageCapacities = defineKind<typeof CSIStorageCapacity>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  singular: "csistoragecapacity",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: CSIStorageCapacity,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "StorageClassName",
      type: "string",
      cell: ({ storageClassName }) => storageClassName,
      doc: "The class whose volumes there is room for.",
    },
    { name: "Capacity", type: "string", cell: ({ capacity = "<unset>" }) => capacity, doc: "How much room there is." },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  updatesNameVersion: true,
  rules: [capacityProblems],
  updateRules: [keptPlaceProblems],
  warnings: topologyWarnings,
});

// Source: ValidateCSIStorageCapacity and ValidateCSIStorageCapacityUpdate in pkg/apis/storage/validation/validation.go.

function* capacityProblems({ nodeTopology, storageClassName, capacity }: CSIStorageCapacity): Iterable<FieldProblem> {
  if (nodeTopology !== undefined) yield* labelSelectorProblems("nodeTopology", nodeTopology);
  for (const trouble of dnsSubdomainTrouble(storageClassName))
    yield invalidField("storageClassName", storageClassName, trouble);
  if (capacity !== undefined && mustQuantity(capacity).nanos < 0n)
    yield invalidField("capacity", capacity, notNegative);
}

/** Of which room it speaks can't change, only how much there is. */
function* keptPlaceProblems(next: CSIStorageCapacity, old: CSIStorageCapacity): Iterable<FieldProblem> {
  for (const field of ["nodeTopology", "storageClassName"] as const)
    if (!isSame(next[field], old[field])) yield invalidField(field, next[field], "field is immutable");
}

/** Source: GetWarningsForNodeSelector in pkg/api/node/util.go. */
function* topologyWarnings({ nodeTopology }: CSIStorageCapacity): Iterable<string> {
  for (const [i, { key }] of (nodeTopology?.matchExpressions ?? []).entries()) {
    const notice = oldLabelNotice(key);
    if (notice !== undefined) yield `nodeTopology.matchExpressions[${i}].key: ${key} is ${notice}`;
  }
  for (const key of Object.keys(nodeTopology?.matchLabels ?? {}).toSorted()) {
    const notice = oldLabelNotice(key);
    if (notice !== undefined) yield `nodeTopology.matchLabels.${key}: ${notice}`;
  }
}
