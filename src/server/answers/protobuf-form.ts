import type { ServedKind } from "#machinery/catalogue.ts";
import { sealEnvelope, sealedList } from "#machinery/envelope.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { encodeProtobuf } from "#machinery/protobuf.ts";
import { fromHub } from "../conversion.ts";
import { parseStored } from "../object.ts";
import { valueBytes } from "./encode.ts";
import type { Form, ListHead } from "./form.ts";

export function protobufForm(spoken: ServedKind): Form {
  const message = (bytes: Uint8Array): Uint8Array => messageOf(spoken, bytes);
  return {
    object: (bytes) =>
      sealEnvelope({ apiVersion: apiVersionOf(spoken), kind: spoken.kind, raw: messageOf(spoken, bytes) }),
    list: (all, head) => protobufParts(head, all, message),
    bookmark: (metadata) => valueBytes(spoken, { metadata }, "protobuf"),
  };
}

// As parsed objects are kept: for as long as nobody needs the room, and never longer than the stored bytes.
const messages = new WeakMap<Uint8Array, WeakRef<Uint8Array>>();

/** The message of an object that is given as it is stored; seldom made twice. */
function messageOf(spoken: ServedKind, bytes: Uint8Array): Uint8Array {
  if (spoken.other !== undefined) return encodeProtobuf(spoken.type, fromHub(spoken, parseStored(bytes)));
  const known = messages.get(bytes)?.deref();
  if (known !== undefined) return known;
  const message = encodeProtobuf(spoken.type, parseStored(bytes));
  messages.set(bytes, new WeakRef(message));
  return message;
}

/** The length of all stands in front, so all messages are made before the first of them is sent. */
export function* protobufParts(
  head: ListHead,
  all: readonly Uint8Array[],
  make: (bytes: Uint8Array) => Uint8Array,
): Iterable<Uint8Array> {
  const made: Uint8Array[] = [];
  for (const bytes of all) {
    made.push(make(bytes));
    yield nothing;
  }
  yield* sealedList(head, made);
}
const nothing = new Uint8Array();
