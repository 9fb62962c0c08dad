import type { Column } from "#machinery/kind.ts";
import type { LabelSelector } from "../../meta/label-selector.ts";
import { showSelector } from "../../meta/show-selector.ts";
import type { PodTemplateSpec } from "./spec.ts";

interface Workload {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplateSpec };
}

const containersOf = ({ spec }: Workload): PodTemplateSpec["spec"]["containers"] => spec.template.spec.containers;

/** What every kind that makes pods shows with `-o wide`. */
export const templateColumns: readonly Column<Workload>[] = [
  {
    name: "Containers",
    type: "string",
    cell: (workload) =>
      containersOf(workload)
        .map(({ name }) => name)
        .join(","),
    wide: true,
    doc: "The names of its pods' containers.",
  },
  {
    name: "Images",
    type: "string",
    cell: (workload) =>
      containersOf(workload)
        .map(({ image }) => image ?? "")
        .join(","),
    wide: true,
    doc: "The images of those containers.",
  },
  {
    name: "Selector",
    type: "string",
    cell: ({ spec }) => showSelector(spec.selector),
    wide: true,
    doc: "The labels by which it knows its pods.",
  },
];
