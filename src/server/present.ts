import { PartialObjectMetadata } from "#api/meta/partial-object-metadata.ts";
import type { ServedKind } from "#machinery/catalogue.ts";
import { sealEnvelope, sealedList } from "#machinery/envelope.ts";
import { apiVersionOf, type NamedType } from "#machinery/kind.ts";
import { encodeProtobuf } from "#machinery/protobuf.ts";
import { badRequest } from "#machinery/status.ts";
import { type ListMeta, type Table, type TableOptions, tableOf, tableRow } from "#machinery/table.ts";
import { yamlItem, yamlText } from "#machinery/yaml-text.ts";
import { type Call, turnOf } from "./call.ts";
import { fromHub } from "./conversion.ts";
import { jsonBytes, messageOf, textBytes, valueBytes } from "./encode.ts";
import type { Answer, WholeAnswer } from "./exchange.ts";
import { encodingOf, mediaTypes, type ObjectFormat } from "./negotiate.ts";
import { type ApiObject, objectOf, parseStored } from "./object.ts";
import { listKind } from "./objects.ts";
import { inPieces } from "./turns.ts";

/** How the objects of an answer are shown. */
export interface Presentation {
  readonly spoken: ServedKind;
  readonly format: ObjectFormat;
  readonly includeObject: TableOptions["includeObject"];
  /** Milliseconds since 1970: what ages are counted to. */
  readonly now: () => number;
}

/** Throws a 400. */
export function presentationOf({ spoken, format, query, env }: Call): Presentation {
  const asked = query.get("includeObject") ?? "";
  const includeObject = asked === "" ? "Metadata" : asked;
  if (includeObject !== "None" && includeObject !== "Metadata" && includeObject !== "Object")
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(asked)}`);
  return { spoken, format, includeObject, now: env.now };
}

/** One object, given as it is stored. */
export function presentObject(call: Call, status: number, bytes: Uint8Array): WholeAnswer {
  const presentation = presentationOf(call);
  return {
    kind: "whole",
    status,
    headers: { "content-type": typeOf(call.format) },
    body: objectBytes(presentation, bytes),
  };
}

/** Not the stored bytes themselves where another form or version of them is wanted. */
export function objectBytes(presentation: Presentation, bytes: Uint8Array): Uint8Array {
  const { spoken, format } = presentation;
  switch (format.kind) {
    case "table": {
      const object = parseStored(bytes);
      const metadata = { resourceVersion: object.metadata.resourceVersion ?? "" };
      return textBytes(objectTable(presentation, [object], { version: format.version, metadata }), format.encoding);
    }
    case "metadata":
      return metadataBytes(format, parseStored(bytes).metadata);
    case "protobuf":
      return sealEnvelope({ apiVersion: apiVersionOf(spoken), kind: spoken.kind, raw: messageOf(spoken, bytes) });
    case "yaml":
      return textBytes(fromHub(spoken, parseStored(bytes)), "yaml");
    case "json":
      return spoken.other === undefined ? bytes : jsonBytes(fromHub(spoken, parseStored(bytes)));
  }
}

/** What has nothing but metadata: an object of which no more is shown, a bookmark. */
export function metadataBytes(
  { version, encoding }: Extract<ObjectFormat, { readonly kind: "metadata" }>,
  metadata: object,
): Uint8Array {
  return valueBytes({ ...partial, version, type: PartialObjectMetadata }, { metadata }, encoding);
}
const partial = { group: "meta.k8s.io", kind: "PartialObjectMetadata" };
const partialMetadata = ({ version }: { readonly version: string }, metadata: object): object => ({
  apiVersion: apiVersionOf({ ...partial, version }),
  kind: partial.kind,
  metadata,
});

/** Below this, in bytes as they are stored, a list is made at once. */
const wholeBelowBytes = 512 << 10;

/** A list of objects, given as they are stored. A long one is made while it is sent: others get their turn between its pieces. */
export function presentList(call: Call, all: readonly Uint8Array[], metadata: ListMeta): Answer {
  const { format, spoken } = call;
  const head = { status: 200, headers: { "content-type": typeOf(format) } };
  const parts = listParts(presentationOf(call), all, { metadata, ...listKind(spoken) });
  return all.reduce((sum, { length }) => sum + length, 0) < wholeBelowBytes
    ? { kind: "whole", ...head, body: Buffer.concat([...parts]) }
    : { kind: "pieces", ...head, pieces: () => inPieces(parts, turnOf(call)) };
}

interface ListHead {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ListMeta;
}

/** Each part is made when it is asked for. */
function listParts(presentation: Presentation, all: readonly Uint8Array[], head: ListHead): Iterable<Uint8Array> {
  const { format, spoken } = presentation;
  const { metadata } = head;
  switch (format.kind) {
    case "table": {
      const page = { version: format.version, metadata };
      const options = tableOptions(presentation, page);
      const { rows: _, ...table } = objectTable(presentation, [], page);
      const row = (bytes: Uint8Array) => tableRow(spoken.hub, parseStored(bytes), options);
      return format.encoding === "yaml"
        ? yamlParts([table, "rows"], all, row)
        : jsonParts([table, "rows"], all, (bytes) => jsonBytes(row(bytes)));
    }
    case "metadata": {
      const apiVersion = `meta.k8s.io/${format.version}`;
      return metadataParts({ kind: "PartialObjectMetadataList", apiVersion, metadata }, all, format);
    }
    case "protobuf":
      return protobufParts(head, all, (bytes) => messageOf(spoken, bytes));
    case "yaml":
      return yamlParts([head, "items"], all, (bytes) => fromHub(spoken, parseStored(bytes)));
    case "json":
      return jsonParts([head, "items"], all, (bytes) => objectBytes(presentation, bytes));
  }
}

function metadataParts(
  head: ListHead,
  all: readonly Uint8Array[],
  format: Extract<ObjectFormat, { readonly kind: "metadata" }>,
): Iterable<Uint8Array> {
  switch (format.encoding) {
    case "json":
      return jsonParts([head, "items"], all, (bytes) => metadataBytes(format, parseStored(bytes).metadata));
    case "yaml":
      return yamlParts([head, "items"], all, (bytes) => partialMetadata(format, parseStored(bytes).metadata));
    case "protobuf":
      return protobufParts(head, all, (bytes) => encodeProtobuf(PartialObjectMetadata, parseStored(bytes)));
  }
}

type Make = (bytes: Uint8Array) => Uint8Array;

function* jsonParts(
  [head, field]: readonly [head: object, field: string],
  all: readonly Uint8Array[],
  make: Make,
): Iterable<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${field}":[`);
  for (const [i, bytes] of all.entries()) {
    if (i > 0) yield comma;
    yield make(bytes);
  }
  yield end;
}
const [comma, end] = [Buffer.from(","), Buffer.from("]}")];

/** Keys stand in their order, so the items may come in the midst of what the head holds. */
function* yamlParts(
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

/** The length of all stands in front, so all messages are made before the first of them is sent. */
function* protobufParts(head: ListHead, all: readonly Uint8Array[], make: Make): Iterable<Uint8Array> {
  const messages: Uint8Array[] = [];
  for (const bytes of all) {
    messages.push(make(bytes));
    yield nothing;
  }
  yield* sealedList(head, messages);
}
const nothing = new Uint8Array();

/** The columns are the hub's, whatever version is spoken. */
export const objectTable = (presentation: Presentation, objects: readonly ApiObject[], head: TableHead): Table =>
  tableOf(presentation.spoken.hub, objects, tableOptions(presentation, head));

type TableHead = Pick<TableOptions, "version" | "metadata">;

const tableOptions = ({ spoken, includeObject, now }: Presentation, head: TableHead): TableOptions => ({
  ...head,
  now: now(),
  includeObject,
  shown: (object) => fromHub(spoken, objectOf(object)),
});

/** What a subresource speaks, as the request wants it. */
export const presentValue = (call: Call, named: NamedType, value: object): WholeAnswer => ({
  kind: "whole",
  status: 200,
  headers: { "content-type": mediaTypes[encodingOf(call.format)] },
  body: valueBytes(named, value, encodingOf(call.format)),
});

/** The media type of an answer that holds objects. */
export const typeOf = (format: ObjectFormat): string => mediaTypes[encodingOf(format)];
