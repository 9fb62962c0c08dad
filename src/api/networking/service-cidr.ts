import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { keptCidrProblems, serviceCidrProblems } from "./service-cidr/rules.ts";
import { ServiceCIDRSpec, ServiceCIDRStatus } from "./service-cidr/spec.ts";
import { serviceCidrV1beta1 } from "./service-cidr/v1beta1.ts";

export class ServiceCIDR extends object("io.k8s.api.networking.v1.ServiceCIDR", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, ServiceCIDRSpec, {}),
  status: defaulted(3, ServiceCIDRStatus, {}),
}) {}

/** Source: KEP-1880; of the columns, printServiceCIDR in pkg/printers/internalversion/printers.go. */
export const serviceCidrs = defineKind<typeof ServiceCIDR>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  singular: "servicecidr",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: ServiceCIDR,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    { name: "CIDRs", type: "string", cell: ({ spec }) => (spec.cidrs ?? []).join(","), doc: "Its ranges." },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({}),
  rules: [serviceCidrProblems],
  updateRules: [keptCidrProblems],
  otherVersions: [serviceCidrV1beta1],
});
