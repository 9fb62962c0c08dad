import type { ServedKind } from "#machinery/catalogue.ts";
import { badRequest } from "#machinery/status.ts";
import { type ListMeta, type Table, type TableOptions, tableOf } from "#machinery/table.ts";
import type { Call } from "./call.ts";
import { fromHub } from "./conversion.ts";
import { jsonType, type WholeAnswer } from "./exchange.ts";
import type { MetaVersion, ObjectFormat } from "./negotiate.ts";
import { type ApiObject, objectOf, parseStored } from "./object.ts";
import { listKind } from "./objects.ts";

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

export function objectBytes(presentation: Presentation, bytes: Uint8Array): Uint8Array {
  const { spoken, format } = presentation;
  switch (format.kind) {
    case "table": {
      const object = parseStored(bytes);
      const metadata = { resourceVersion: object.metadata.resourceVersion ?? "" };
      return encode(objectTable(presentation, [object], { version: format.version, metadata }));
    }
    case "metadata":
      return encode(partial(parseStored(bytes), format.version));
    default:
      return spoken.other === undefined ? bytes : encode(fromHub(spoken, parseStored(bytes)));
  }
}

/** A list of objects, given as they are stored. */
export function presentList(call: Call, all: readonly Uint8Array[], metadata: ListMeta): WholeAnswer {
  const { format, spoken } = call;
  const headers = { "content-type": typeOf(format) };
  return {
    kind: "whole",
    status: 200,
    headers,
    body: listBytes(presentationOf(call), all, { metadata, ...listKind(spoken) }),
  };
}

interface ListHead {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ListMeta;
}

function listBytes(presentation: Presentation, all: readonly Uint8Array[], head: ListHead): Uint8Array {
  const { format } = presentation;
  const { metadata } = head;
  switch (format.kind) {
    case "table":
      return encode(objectTable(presentation, all.map(parseStored), { version: format.version, metadata }));
    case "metadata": {
      const { version } = format;
      const items = all.map((bytes) => partial(parseStored(bytes), version));
      return encode({ kind: "PartialObjectMetadataList", apiVersion: `meta.k8s.io/${version}`, metadata, items });
    }
    default: {
      const parts: Uint8Array[] = [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`)];
      for (const [i, bytes] of all.entries()) parts.push(...(i === 0 ? [] : [comma]), objectBytes(presentation, bytes));
      return Buffer.concat([...parts, end]);
    }
  }
}
const [comma, end] = [Buffer.from(","), Buffer.from("]}")];

/** The columns are the hub's, whatever version is spoken. */
export const objectTable = (
  { spoken, includeObject, now }: Presentation,
  objects: readonly ApiObject[],
  head: Pick<TableOptions, "version" | "metadata">,
): Table =>
  tableOf(spoken.hub, objects, {
    ...head,
    now: now(),
    includeObject,
    shown: (object) => fromHub(spoken, objectOf(object)),
  });

const partial = ({ metadata }: ApiObject, version: MetaVersion): unknown => ({
  kind: "PartialObjectMetadata",
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The media type of an answer that holds objects, which names what it was asked to be. */
export function typeOf(format: ObjectFormat): string {
  switch (format.kind) {
    case "json":
      return jsonType;
    case "table":
      return `${jsonType};as=Table;v=${format.version};g=meta.k8s.io`;
    case "metadata":
      return `${jsonType};as=PartialObjectMetadata${format.isList ? "List" : ""};v=${format.version};g=meta.k8s.io`;
  }
}
