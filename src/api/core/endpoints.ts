import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, list, object, optional } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { endpointsColumns } from "./endpoints/columns.ts";
import { endpointsProblems } from "./endpoints/rules.ts";
import { EndpointSubset } from "./endpoints/subset.ts";
import { endpointsWarnings } from "./endpoints/warnings.ts";

export { EndpointAddress, EndpointSubset, EndpointsPort } from "./endpoints/subset.ts";

export class Endpoints extends object("io.k8s.api.core.v1.Endpoints", {
  metadata: defaulted(1, ObjectMeta, {}),
  subsets: optional(2, list(EndpointSubset)),
}) {}

export const endpoints = defineKind<typeof Endpoints>({
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  singular: "endpoints",
  shortNames: ["ep"],
  categories: [],
  scope: "Namespaced",
  type: Endpoints,
  subresources: [],
  columns: endpointsColumns,
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [endpointsProblems],
  updateRules: [],
  warnings: endpointsWarnings,
});
