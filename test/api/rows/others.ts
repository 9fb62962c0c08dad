import { horizontalPodAutoscalers } from "#api/autoscaling/horizontal-pod-autoscaler.ts";
import { limitRanges } from "#api/core/limit-range.ts";
import { persistentVolumes } from "#api/core/persistent-volume.ts";
import { persistentVolumeClaims } from "#api/core/persistent-volume-claim.ts";
import { resourceQuotas } from "#api/core/resource-quota.ts";
import { clusterRoles } from "#api/rbac/cluster-role.ts";
import { clusterRoleBindings } from "#api/rbac/cluster-role-binding.ts";
import { roles } from "#api/rbac/role.ts";
import { roleBindings } from "#api/rbac/role-binding.ts";
import { priorityClasses } from "#api/scheduling/priority-class.ts";
import { storageClasses } from "#api/storage/storage-class.ts";
import type { Row } from "./row.ts";

const created = "2026-11-21T11:55:00Z";
const subjects = [
  { kind: "User", name: "jane" },
  { kind: "Group", name: "staff" },
  { kind: "Group", name: "guests" },
  { kind: "ServiceAccount", name: "robot", namespace: "shop" },
];
const scaleTargetRef = { kind: "Deployment", name: "web", apiVersion: "apps/v1" };
const claim = { accessModes: ["ReadWriteMany", "ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

/** As kubectl 1.33 prints them. Source: pkg/printers/internalversion/printers.go. */
export const otherRows: readonly Row[] = [
  [roles, "NAME CREATED AT |", {}, ["x", created]],
  [clusterRoles, "NAME CREATED AT |", {}, ["x", created]],
  [
    roleBindings,
    "NAME ROLE AGE | USERS GROUPS SERVICEACCOUNTS",
    { roleRef: { kind: "Role", name: "view" }, subjects },
    ["x", "Role/view", "5m", "jane", "staff, guests", "shop/robot"],
  ],
  [
    clusterRoleBindings,
    "NAME ROLE AGE | USERS GROUPS SERVICEACCOUNTS",
    { roleRef: { kind: "ClusterRole", name: "edit" } },
    ["x", "ClusterRole/edit", "5m", "", "", ""],
  ],
  [
    priorityClasses,
    "NAME VALUE GLOBAL-DEFAULT AGE PREEMPTIONPOLICY |",
    { value: 7, globalDefault: true },
    ["x", 7, true, "5m", "PreemptLowerPriority"],
  ],
  [limitRanges, "NAME CREATED AT |", {}, ["x", created]],
  [
    resourceQuotas,
    "NAME REQUEST LIMIT AGE |",
    {
      status: {
        hard: { pods: "10", "limits.cpu": "4", "requests.cpu": "2" },
        used: { pods: "3", "requests.cpu": "1" },
      },
    },
    ["x", "pods: 3/10, requests.cpu: 1/2", "limits.cpu: 0/4", "5m"],
  ],
  [
    persistentVolumeClaims,
    "NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE | VOLUMEMODE",
    { spec: { ...claim, storageClassName: "fast" } },
    ["x", "Pending", "", "", "", "fast", "<unset>", "5m", "Filesystem"],
  ],
  [
    persistentVolumeClaims,
    "NAME STATUS VOLUME CAPACITY ACCESS MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE | VOLUMEMODE",
    {
      spec: { ...claim, volumeName: "pv-1" },
      status: { phase: "Bound", capacity: { storage: "2Gi" }, accessModes: claim.accessModes },
    },
    ["x", "Bound", "pv-1", "2Gi", "RWO,RWX", "", "<unset>", "5m", "Filesystem"],
  ],
  [
    persistentVolumes,
    "NAME CAPACITY ACCESS MODES RECLAIM POLICY STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE | VOLUMEMODE",
    {
      spec: {
        capacity: { storage: "2Gi" },
        accessModes: ["ReadOnlyMany"],
        hostPath: { path: "/srv" },
        claimRef: { namespace: "shop", name: "files" },
        storageClassName: "fast",
      },
      status: { phase: "Bound" },
    },
    ["x", "2Gi", "ROX", "Retain", "Bound", "shop/files", "fast", "<unset>", "", "5m", "Filesystem"],
  ],
  [
    storageClasses,
    "NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE |",
    {
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "example.com/disks",
      allowVolumeExpansion: true,
    },
    ["x (default)", "example.com/disks", "Delete", "Immediate", true, "5m"],
  ],
  [
    horizontalPodAutoscalers,
    "NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE |",
    { spec: { scaleTargetRef, maxReplicas: 3 } },
    ["x", "Deployment/web", "cpu: <unknown>/80%", "1", 3, 0, "5m"],
  ],
  [
    horizontalPodAutoscalers,
    "NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE |",
    {
      spec: {
        scaleTargetRef,
        maxReplicas: 9,
        metrics: [
          { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "64Mi" } } },
          { type: "Pods", pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "100" } } },
          { type: "External", external: { metric: { name: "queue" }, target: { type: "Value", value: "30" } } },
        ],
      },
      status: {
        currentReplicas: 2,
        desiredReplicas: 2,
        currentMetrics: [{ type: "Resource", resource: { name: "memory", current: { averageValue: "32Mi" } } }],
      },
    },
    ["x", "Deployment/web", "memory: 32Mi/64Mi, <unknown>/100 + 1 more...", "1", 9, 2, "5m"],
  ],
];
