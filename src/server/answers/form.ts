import type { ServedKind } from "#machinery/catalogue.ts";
import type { ListMeta, TableOptions } from "#machinery/table.ts";
import type { ObjectFormat } from "./negotiate.ts";

/** How the objects of an answer are shown. */
export interface Presentation {
  readonly spoken: ServedKind;
  readonly format: ObjectFormat;
  readonly includeObject: TableOptions["includeObject"];
  /** Milliseconds since 1970: what ages are counted to. */
  readonly now: () => number;
}

/** One way to show objects: as they are in JSON, YAML or protobuf, as the rows of a table, or their metadata alone. */
export interface Form {
  /** Of an object that is given as it is stored: not those bytes themselves where another form or version of them is wanted. */
  readonly object: (bytes: Uint8Array) => Uint8Array;
  /** A whole list in parts, each of which is made when it is asked for. */
  readonly list: (all: readonly Uint8Array[], head: ListHead) => Iterable<Uint8Array>;
  /** An object of which only the metadata counts, in a watch. */
  readonly bookmark: (metadata: BookmarkMeta) => Uint8Array;
  /** An object in a watch after its first event; absent: as every other. */
  readonly laterEvent?: (bytes: Uint8Array) => Uint8Array;
}

export interface ListHead {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ListMeta;
}

export interface BookmarkMeta {
  readonly resourceVersion: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
