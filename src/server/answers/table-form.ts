import { type ListMeta, type Table, type TableOptions, tableOf, tableRow } from "#machinery/table.ts";
import { fromHub } from "../conversion.ts";
import { type ApiObject, objectOf, parseStored } from "../object.ts";
import { jsonBytes, textBytes } from "./encode.ts";
import type { Form, Presentation } from "./form.ts";
import { jsonParts } from "./json-form.ts";
import type { ObjectFormat } from "./negotiate.ts";
import { yamlParts } from "./yaml-form.ts";

/** The columns are the hub's, whatever version is spoken. */
export function tableForm(
  { spoken, includeObject, now }: Presentation,
  { version, encoding }: Extract<ObjectFormat, { readonly kind: "table" }>,
): Form {
  const options = (metadata: ListMeta): TableOptions => ({
    version,
    metadata,
    now: now(),
    includeObject,
    shown: (object) => fromHub(spoken, objectOf(object)),
  });
  const table = (objects: readonly ApiObject[], metadata: ListMeta): Table =>
    tableOf(spoken.hub, objects, options(metadata));
  const ofOne = (bytes: Uint8Array): Table => {
    const object = parseStored(bytes);
    return table([object], { resourceVersion: object.metadata.resourceVersion ?? "" });
  };
  return {
    object: (bytes) => textBytes(ofOne(bytes), encoding),
    list(all, { metadata }) {
      const { rows: _, ...head } = table([], metadata);
      const wanted = options(metadata);
      const row = (bytes: Uint8Array) => tableRow(spoken.hub, parseStored(bytes), wanted);
      return encoding === "yaml"
        ? yamlParts([head, "rows"], all, row)
        : jsonParts([head, "rows"], all, (bytes) => jsonBytes(row(bytes)));
    },
    bookmark: (metadata) => jsonBytes(table([], metadata)),
    // The first event of a watch has said what the columns are.
    laterEvent: (bytes) => jsonBytes({ ...ofOne(bytes), columnDefinitions: [] }),
  };
}
