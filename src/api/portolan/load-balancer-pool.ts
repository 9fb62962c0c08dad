import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import {
  boolean,
  defaulted,
  int32,
  int64,
  list,
  listMap,
  object,
  optional,
  required,
  string,
} from "#machinery/schema.ts";
import { Condition } from "../meta/condition.ts";
import { LabelSelector } from "../meta/label-selector.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { poolProblems, showBlock } from "./load-balancer-pool/rules.ts";

/** Either a block, or the first and the last of addresses in a row. */
export class AddressBlock extends object(
  "io.portolan.v1.AddressBlock",
  {
    cidr: optional(1, string),
    start: optional(2, string),
    stop: optional(3, string),
  },
  { atomic: true },
) {}

export class LoadBalancerPoolSpec extends object("io.portolan.v1.LoadBalancerPoolSpec", {
  blocks: required(1, list(AddressBlock)),
  autoAssign: defaulted(2, boolean, true, { zero: "counts" }),
  avoidBuggyIPs: optional(3, boolean),
  serviceSelector: optional(4, LabelSelector),
  namespaceSelector: optional(5, LabelSelector),
  priority: optional(6, int32(), { zero: "counts" }),
}) {}

export class LoadBalancerPoolStatus extends object("io.portolan.v1.LoadBalancerPoolStatus", {
  assignedIPv4: optional(1, int64(), { zero: "counts" }),
  assignedIPv6: optional(2, int64(), { zero: "counts" }),
  availableIPv4: optional(3, int64(), { zero: "counts" }),
  availableIPv6: optional(4, int64(), { zero: "counts" }),
  conditions: optional(5, listMap(Condition, ["type"])),
}) {}

export class LoadBalancerPool extends object("io.portolan.v1.LoadBalancerPool", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, LoadBalancerPoolSpec),
  status: defaulted(3, LoadBalancerPoolStatus, {}),
}) {}

/** Addresses that Services of type LoadBalancer get. A kind of Portolan's own. */
export const loadBalancerPools = defineKind<typeof LoadBalancerPool>({
  group: "portolan.io",
  version: "v1",
  kind: "LoadBalancerPool",
  plural: "loadbalancerpools",
  singular: "loadbalancerpool",
  shortNames: ["lbpool"],
  categories: [],
  scope: "Cluster",
  type: LoadBalancerPool,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    {
      name: "Blocks",
      type: "string",
      cell: ({ spec }) => spec.blocks.map(showBlock).join(",") || "<none>",
      doc: "Its addresses.",
    },
    {
      name: "Auto Assign",
      type: "string",
      cell: ({ spec }) => String(spec.autoAssign),
      doc: "Whether Services that name no pool and no address get one of these.",
    },
    {
      name: "Assigned",
      type: "integer",
      cell: ({ status }) => (status.assignedIPv4 ?? 0) + (status.assignedIPv6 ?? 0),
      doc: "How many of them Services have.",
    },
    {
      name: "Available",
      type: "string",
      cell: ({ status }) => showAvailable(status),
      doc: "How many are left; of both families where it has both.",
    },
    ageColumn,
    {
      name: "Ready",
      type: "string",
      wide: true,
      cell: ({ status }) => status.conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown",
      doc: "Whether addresses are given out of it; its condition says why not.",
    },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({}),
  countsGenerations: true,
  rules: [poolProblems],
  updateRules: [],
});

function showAvailable({ availableIPv4, availableIPv6 }: LoadBalancerPoolStatus): string {
  const counts = [availableIPv4, availableIPv6].filter((count) => count !== undefined);
  return counts.length === 0 ? "<unknown>" : counts.join("/");
}
