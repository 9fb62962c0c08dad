import type { Column } from "#machinery/kind.ts";

interface Named {
  readonly metadata: { readonly creationTimestamp: string };
}

/** Some kinds show the moment itself, not their age. Source: printRole in pkg/printers/internalversion/printers.go. */
export const createdAtColumn: Column<Named> = {
  name: "Created At",
  type: "string",
  cell: ({ metadata }) => metadata.creationTimestamp,
  doc: "When it was created.",
};
