import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { showTargets } from "./horizontal-pod-autoscaler/columns.ts";
import { deriveAutoscaler } from "./horizontal-pod-autoscaler/defaults.ts";
import { autoscalerProblems, autoscalerStatusProblems } from "./horizontal-pod-autoscaler/rules.ts";
import { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from "./horizontal-pod-autoscaler/spec.ts";
import { autoscalingV1 } from "./horizontal-pod-autoscaler/v1.ts";

export class HorizontalPodAutoscaler extends object("io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, HorizontalPodAutoscalerSpec),
  status: defaulted(3, HorizontalPodAutoscalerStatus, {}),
}) {}

/** Source of the columns: printHorizontalPodAutoscaler in pkg/printers/internalversion/printers.go. */
export const horizontalPodAutoscalers = defineKind<typeof HorizontalPodAutoscaler>({
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  singular: "horizontalpodautoscaler",
  shortNames: ["hpa"],
  categories: ["all"],
  scope: "Namespaced",
  type: HorizontalPodAutoscaler,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Reference",
      type: "string",
      cell: ({ spec: { scaleTargetRef: target } }) => `${target.kind}/${target.name}`,
      doc: "What it scales.",
    },
    { name: "Targets", type: "string", cell: showTargets, doc: "Each metric as it is, and as it should be." },
    { name: "MinPods", type: "string", cell: ({ spec }) => String(spec.minReplicas), doc: "At least so many pods." },
    { name: "MaxPods", type: "string", cell: ({ spec }) => spec.maxReplicas, doc: "At most so many pods." },
    {
      name: "Replicas",
      type: "string",
      cell: ({ status }) => status.currentReplicas ?? 0,
      doc: "How many there were when it looked last.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: deriveAutoscaler,
  initialStatus: () => ({ desiredReplicas: 0 }),
  rules: [autoscalerProblems],
  updateRules: [autoscalerStatusProblems],
  otherVersions: [autoscalingV1],
});
