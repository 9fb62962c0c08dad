import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ipAddressProblems, keptParentProblems } from "./ip-address/rules.ts";
import { IPAddressSpec, type ParentReference } from "./ip-address/spec.ts";
import { ipAddressV1beta1 } from "./ip-address/v1beta1.ts";

export class IPAddress extends object("io.k8s.api.networking.v1.IPAddress", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: required(2, IPAddressSpec),
}) {}

/** Source: KEP-1880; of the columns, printIPAddress in pkg/printers/internalversion/printers.go. */
export const ipAddresses = defineKind<typeof IPAddress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IPAddress",
  plural: "ipaddresses",
  singular: "ipaddress",
  shortNames: ["ip"],
  categories: [],
  scope: "Cluster",
  type: IPAddress,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "ParentRef",
      type: "string",
      cell: ({ spec }) => showParent(spec.parentRef),
      doc: "The object that has the address.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "ip",
  derive: unchanged,
  initialStatus: undefined,
  rules: [ipAddressProblems],
  updateRules: [keptParentProblems],
  otherVersions: [ipAddressV1beta1],
});

/** `services/default/kubernetes`. */
const showParent = ({ group, resource, namespace, name }: ParentReference): string =>
  [group === undefined ? resource : `${resource}.${group}`, ...(namespace === undefined ? [] : [namespace]), name].join(
    "/",
  );
