import type { AnyKind, Cell, Column } from "./kind.ts";

/**
 * What `kubectl get` prints: the server makes the cells, since only it knows what matters of a kind.
 * Source: meta/v1 Table.
 */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: "meta.k8s.io/v1" | "meta.k8s.io/v1beta1";
  readonly metadata: ListMeta;
  readonly columnDefinitions: readonly ColumnDefinition[];
  readonly rows: readonly Row[];
}
export interface ListMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}
interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
}
interface Row {
  readonly cells: readonly Cell[];
  readonly object?: unknown;
}

export interface TableOptions {
  /** Milliseconds since 1970, for ages. */
  readonly now: number;
  readonly includeObject: "None" | "Metadata" | "Object";
  readonly version: "v1" | "v1beta1";
  readonly metadata: ListMeta;
  /** What a row holds where it holds the whole object; absent: the object as it is. */
  readonly shown?: (object: unknown) => unknown;
}

/** `objects` are of that kind, with apiVersion and kind where `includeObject` wants the whole of them. */
export function tableOf(kind: AnyKind, objects: readonly unknown[], options: TableOptions): Table {
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions: kind.columns.map(definitionOf),
    rows: objects.map((object) => tableRow(kind, object, options)),
  };
}

const definitionOf = (column: Column<unknown>): ColumnDefinition => ({
  name: column.name,
  type: column.type,
  format: column.name === "Name" ? "name" : "",
  description: column.doc,
  priority: column.wide ? 1 : 0,
});

/** One row alone, for tables that are made bit by bit. */
export function tableRow(
  { columns }: Pick<AnyKind, "columns">,
  object: unknown,
  { now, includeObject, version, shown }: TableOptions,
): Row {
  const cells = columns.map((column) => column.cell(object, now));
  switch (includeObject) {
    case "None":
      return { cells };
    case "Object":
      return { cells, object: shown === undefined ? object : shown(object) };
    case "Metadata":
      return {
        cells,
        object: { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: metadataOf(object) },
      };
  }
}
const metadataOf = (object: unknown): unknown =>
  typeof object === "object" && object !== null && "metadata" in object ? object.metadata : {};
