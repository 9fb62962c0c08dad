import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, list, object, oneOf, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { endpointSliceColumns } from "./endpoint-slice/columns.ts";
import { Endpoint, EndpointSlicePort } from "./endpoint-slice/endpoint.ts";
import { endpointSliceRules, keptTypeProblems } from "./endpoint-slice/rules.ts";
import { endpointSliceV1beta1 } from "./endpoint-slice/v1beta1.ts";
import { endpointSliceWarnings } from "./endpoint-slice/warnings.ts";

export {
  Endpoint,
  EndpointConditions,
  EndpointHints,
  EndpointSlicePort,
  ForNode,
  ForZone,
} from "./endpoint-slice/endpoint.ts";

export class EndpointSlice extends object("io.k8s.api.discovery.v1.EndpointSlice", {
  metadata: defaulted(1, ObjectMeta, {}),
  endpoints: defaulted(2, list(Endpoint), []),
  ports: defaulted(3, list(EndpointSlicePort), []),
  addressType: required(4, oneOf("IPv4", "IPv6", "FQDN")),
}) {}

export const endpointSlices = defineKind<typeof EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  singular: "endpointslice",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: EndpointSlice,
  subresources: [],
  columns: endpointSliceColumns,
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  countsGenerations: true,
  rules: endpointSliceRules,
  updateRules: [keptTypeProblems],
  warnings: endpointSliceWarnings,
  otherVersions: [endpointSliceV1beta1],
});
