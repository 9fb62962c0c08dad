import { defineKind, statusSubresource, unchanged } from "#machinery/kind.ts";
import { defaulted, object } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ingressColumns } from "./ingress/columns.ts";
import { ingressProblems, ingressStatusProblems, ingressWarnings } from "./ingress/rules.ts";
import { IngressSpec, IngressStatus } from "./ingress/spec.ts";
import { extensionsIngress, ingressV1beta1 } from "./ingress/v1beta1.ts";

export class Ingress extends object("io.k8s.api.networking.v1.Ingress", {
  metadata: defaulted(1, ObjectMeta, {}),
  spec: defaulted(2, IngressSpec, {}),
  status: defaulted(3, IngressStatus, {}),
}) {}

export const ingresses = defineKind<typeof Ingress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  singular: "ingress",
  shortNames: ["ing"],
  categories: [],
  scope: "Namespaced",
  type: Ingress,
  subresources: [statusSubresource],
  columns: ingressColumns,
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: () => ({ loadBalancer: {} }),
  countsGenerations: true,
  rules: [ingressProblems],
  updateRules: [ingressStatusProblems],
  warnings: ingressWarnings,
  otherVersions: [ingressV1beta1, extensionsIngress],
});
