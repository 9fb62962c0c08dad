import { showAge } from "./age.ts";
import type { Column } from "./kind.ts";

interface Named {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
}

/** The first column of every kind. */
export const nameColumn: Column<Named> = {
  name: "Name",
  type: "string",
  cell: ({ metadata }) => metadata.name,
  doc: "What it is called; unique among its kind in its namespace.",
};
/** Nearly always the last one that is shown without `-o wide`. */
export const ageColumn: Column<Named> = {
  name: "Age",
  type: "string",
  cell: ({ metadata }, now) => showAge(metadata.creationTimestamp, now),
  doc: "How long ago it was created.",
};

/** `a=1,b=2`, sorted by name; `<none>` where there are none. */
export const showLabels = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(labels ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "<none>";
