import { ageColumn, nameColumn } from "#machinery/columns.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ingressClassProblems, keptControllerProblems } from "./ingress-class/rules.ts";
import { type IngressClassParametersReference, IngressClassSpec } from "./ingress-class/spec.ts";
import { ingressClassV1beta1 } from "./ingress-class/v1beta1.ts";

export class IngressClass extends object("io.k8s.api.networking.v1.IngressClass", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, IngressClassSpec, {}),
}) {}

/** Source of the columns: printIngressClass in pkg/printers/internalversion/printers.go. */
export const ingressClasses = defineKind<typeof IngressClass>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  singular: "ingressclass",
  shortNames: [],
  categories: [],
  scope: "Cluster",
  type: IngressClass,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: "Controller",
      type: "string",
      cell: ({ spec }) => spec.controller ?? "",
      doc: "Who serves the Ingresses of this class.",
    },
    {
      name: "Parameters",
      type: "string",
      cell: ({ spec }) => showParameters(spec.parameters),
      doc: "The object that holds its controller's settings.",
    },
    ageColumn,
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  countsGenerations: true,
  rules: [ingressClassProblems],
  updateRules: [keptControllerProblems],
  otherVersions: [ingressClassV1beta1],
});

const showParameters = (parameters: IngressClassParametersReference | undefined): string => {
  if (parameters === undefined) return "<none>";
  const { apiGroup, kind, name } = parameters;
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
};
