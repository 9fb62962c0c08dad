import type { Column } from "#machinery/kind.ts";
import type { LabelSelector } from "../../meta/label-selector.ts";
import { showSelector } from "../../meta/show-selector.ts";
import type { PodTemplateSpec } from "./spec.ts";

interface Workload {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplateSpec };
}

/** What every kind that makes pods shows with `-o wide`. */
export const containerColumns = <O>(
  templateOf: (object: O) => PodTemplateSpec | undefined,
): readonly [names: Column<O>, images: Column<O>] => {
  const containersOf = (object: O): PodTemplateSpec["spec"]["containers"] => templateOf(object)?.spec.containers ?? [];
  return [
    {
      name: "Containers",
      type: "string",
      cell: (object) =>
        containersOf(object)
          .map(({ name }) => name)
          .join(","),
      wide: true,
      doc: "The names of its pods' containers.",
    },
    {
      name: "Images",
      type: "string",
      cell: (object) =>
        containersOf(object)
          .map(({ image }) => image ?? "")
          .join(","),
      wide: true,
      doc: "The images of those containers.",
    },
  ];
};

/** `show` gives the text of its selector. */
export const selectorColumn = <O>(show: (object: O) => string): Column<O> => ({
  name: "Selector",
  type: "string",
  cell: show,
  wide: true,
  doc: "The labels by which it knows its pods.",
});

export const templateColumns: readonly Column<Workload>[] = [
  ...containerColumns(({ spec }: Workload) => spec.template),
  selectorColumn(({ spec }: Workload) => showSelector(spec.selector)),
];
