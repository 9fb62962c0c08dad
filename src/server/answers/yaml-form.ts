import type { ServedKind } from "#machinery/catalogue.ts";
import { yamlItem, yamlText } from "#machinery/yaml-text.ts";
import { fromHub } from "../conversion.ts";
import { parseStored } from "../object.ts";
import { textBytes, valueBytes } from "./encode.ts";
import type { Form } from "./form.ts";

export function yamlForm(spoken: ServedKind): Form {
  const shown = (bytes: Uint8Array): object => fromHub(spoken, parseStored(bytes));
  return {
    object: (bytes) => textBytes(shown(bytes), "yaml"),
    list: (all, head) => yamlParts([head, "items"], all, shown),
    bookmark: (metadata) => valueBytes(spoken, { metadata }, "yaml"),
  };
}

/** Keys stand in their order, so the items may come in the midst of what the head holds. */
export function* yamlParts(
  [head, field]: readonly [head: object, field: string],
  all: readonly Uint8Array[],
  make: (bytes: Uint8Array) => unknown,
): Iterable<Uint8Array> {
  const rest = Object.entries(head);
  yield Buffer.from(yamlText(Object.fromEntries(rest.filter(([name]) => name < field))));
  yield Buffer.from(all.length === 0 ? `${field}: []\n` : `${field}:\n`);
  for (const bytes of all) yield Buffer.from(yamlItem(make(bytes)));
  const after = rest.filter(([name]) => name > field);
  if (after.length > 0) yield Buffer.from(yamlText(Object.fromEntries(after)));
}
