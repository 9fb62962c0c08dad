import type { ServedKind } from "#machinery/catalogue.ts";
import { fromHub } from "../conversion.ts";
import { parseStored } from "../object.ts";
import { jsonBytes, valueBytes } from "./encode.ts";
import type { Form } from "./form.ts";

/** What is stored is JSON of the hub already. */
export function jsonForm(spoken: ServedKind): Form {
  const object = (bytes: Uint8Array): Uint8Array =>
    spoken.other === undefined ? bytes : jsonBytes(fromHub(spoken, parseStored(bytes)));
  return {
    object,
    list: (all, head) => jsonParts([head, "items"], all, object),
    bookmark: (metadata) => valueBytes(spoken, { metadata }, "json"),
  };
}

/** An object of JSON whose field `field` holds what `make` makes of each. */
export function* jsonParts(
  [head, field]: readonly [head: object, field: string],
  all: readonly Uint8Array[],
  make: (bytes: Uint8Array) => Uint8Array,
): Iterable<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${field}":[`);
  for (const [i, bytes] of all.entries()) {
    if (i > 0) yield comma;
    yield make(bytes);
  }
  yield end;
}
const [comma, end] = [Buffer.from(","), Buffer.from("]}")];
