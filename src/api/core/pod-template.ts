import { nameColumn, showLabels } from "#machinery/columns.ts";
import { defineKind } from "#machinery/kind.ts";
import { defaulted, object, required } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { deriveTemplate } from "./pod/defaults.ts";
import { podTemplateProblems } from "./pod/rules/template.ts";
import { PodTemplateSpec } from "./pod/spec.ts";
import { containerColumns } from "./pod/template-columns.ts";

export class PodTemplate extends object("io.k8s.api.core.v1.PodTemplate", {
  metadata: defaulted(1, ObjectMeta, {}),
  template: required(2, PodTemplateSpec),
}) {}

const [names, images] = containerColumns(({ template }: PodTemplate) => template);

export const podTemplates = defineKind<typeof PodTemplate>({
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  singular: "podtemplate",
  shortNames: [],
  categories: [],
  scope: "Namespaced",
  type: PodTemplate,
  subresources: [],
  columns: [
    nameColumn,
    { name: names.name, type: names.type, cell: names.cell, doc: names.doc },
    { name: images.name, type: images.type, cell: images.cell, doc: images.doc },
    {
      name: "Pod Labels",
      type: "string",
      cell: ({ template }) => showLabels(template.metadata.labels),
      doc: "The labels of pods made from it.",
    },
  ],
  selectableFields: {},
  nameRule: "dns-subdomain",
  derive: (podTemplate) => ({ ...podTemplate, template: deriveTemplate(podTemplate.template) }),
  initialStatus: undefined,
  countsGenerations: true,
  rules: [({ template }) => podTemplateProblems("template", template)],
  updateRules: [],
});
