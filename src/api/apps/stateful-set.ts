import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, scaleSubresource, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { selectorOf } from "#machinery/selectors.ts";
import { containerColumns } from "../core/pod/template-columns.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { deriveStatefulSet } from "./stateful-set/defaults.ts";
import { statefulSetV1beta1, statefulSetV1beta2 } from "./stateful-set/old-versions.ts";
import { statefulSetRules, statefulSetUpdateProblems } from "./stateful-set/rules.ts";
import { StatefulSetSpec, StatefulSetStatus } from "./stateful-set/spec.ts";

export class StatefulSet extends object("io.k8s.api.apps.v1.StatefulSet", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, StatefulSetSpec),
  status: defaulted(3, StatefulSetStatus, {}),
}) {}

export const statefulSets = defineKind<typeof StatefulSet>({
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  singular: "statefulset",
  shortNames: ["sts"],
  categories: ["all"],
  scope: "Namespaced",
  type: StatefulSet,
  subresources: [scaleSubresource, statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Ready",
      type: "string",
      cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
      doc: "Pods that are ready, of those wanted.",
    },
    ageColumn,
    ...containerColumns(({ spec }: StatefulSet) => spec.template),
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveStatefulSet,
  initialStatus: () => ({ replicas: 0, availableReplicas: 0 }),
  countsGenerations: true,
  scale: ({ spec, status }) => ({
    replicas: spec.replicas,
    current: status.replicas,
    selector: selectorOf(spec.selector),
  }),
  warnings: historyWarnings,
  otherVersions: [statefulSetV1beta2, statefulSetV1beta1],
  rules: statefulSetRules,
  updateRules: [statefulSetUpdateProblems],
});

/** Source: WarningsOnCreate in pkg/registry/apps/statefulset/strategy.go. */
function* historyWarnings({ spec }: StatefulSet): Iterable<string> {
  if (spec.revisionHistoryLimit < 0)
    yield "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
}
