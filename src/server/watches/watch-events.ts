import { watchFrame } from "#machinery/envelope.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import type { Status } from "#machinery/status.ts";
import type { Change } from "#store/store.ts";
import { statusBytes } from "../answers/encode.ts";
import type { Presentation } from "../answers/form.ts";
import { formOf } from "../answers/form-of.ts";
import { encodingOf, mediaTypeOf, type ObjectFormat } from "../answers/negotiate.ts";
import { limits } from "../limits.ts";
import { parseStored, serialize } from "../object.ts";

export type EventType = "ADDED" | "MODIFIED" | "DELETED";

// One line for all who watch the same thing in the same form. All of them are told of a change before many others have come.
const recent = new Map<Change, Map<string, Uint8Array>>();
let recentBytes = 0;

/** The line of a change. `isFirst`: the first of its watch, which in a table says what the columns are. */
export function eventLine(change: Change, type: EventType, { presentation, isFirst }: Line): Uint8Array {
  const lines = linesOf(change);
  const name = nameOf(type, { presentation, isFirst });
  const known = lines.get(name);
  if (known !== undefined) return known;
  const line = lineOf(type, objectOf(change, type), { presentation, isFirst });
  lines.set(name, line);
  recentBytes += line.length;
  if (recentBytes > limits.recentEventBytes) forgetOldest();
  return line;
}

/** The same for lines that are alike. */
function nameOf(type: EventType, { presentation, isFirst }: Line): string {
  const { spoken, format, includeObject } = presentation;
  const name = spoken.other === undefined ? type : `${type} ${apiVersionOf(spoken)}`;
  switch (format.kind) {
    case "json":
      return name;
    case "protobuf":
      return `${name} protobuf`;
    default:
      return `${name} ${JSON.stringify(format)} ${includeObject} ${isFirst}`;
  }
}

function linesOf(change: Change): Map<string, Uint8Array> {
  const known = recent.get(change);
  if (known !== undefined) return known;
  const lines = new Map<string, Uint8Array>();
  recent.set(change, lines);
  return lines;
}

/** A map keeps the order in which its keys came. */
function forgetOldest(): void {
  for (const [change, lines] of recent) {
    if (recentBytes <= limits.recentEventBytes / 2) return;
    recent.delete(change);
    for (const line of lines.values()) recentBytes -= line.length;
  }
}

/** How a line is written. */
export interface Line {
  readonly presentation: Presentation;
  readonly isFirst: boolean;
}

/** What the event shows: what stands there, or what stood there last, as of the revision in which it went. */
function objectOf({ entry, previous, revision }: Change, type: EventType): Uint8Array {
  if (type !== "DELETED" && entry !== undefined) return entry.value;
  return previous === undefined ? new Uint8Array() : serialize(parseStored(previous.value)).at(revision);
}

/** The line of an object that was there when the watch began. */
export const initialLine = (bytes: Uint8Array, line: Line): Uint8Array => lineOf("ADDED", bytes, line);

function lineOf(type: EventType, bytes: Uint8Array, { presentation, isFirst }: Line): Uint8Array {
  const form = formOf(presentation);
  const shown = isFirst ? form.object : (form.laterEvent ?? form.object);
  return wrap(type, shown(bytes), presentation.format);
}

function wrap(type: string, object: Uint8Array, format: ObjectFormat): Uint8Array {
  return encodingOf(format) === "protobuf"
    ? watchFrame(type, object)
    : Buffer.concat([Buffer.from(`{"type":"${type}","object":`), object, lineEnd]);
}
const lineEnd = Buffer.from("}\n");

/** The media type of a watch, which says so where its events are no lines of JSON. */
export const watchType = (format: ObjectFormat): string =>
  encodingOf(format) === "json" ? mediaTypeOf(format) : `${mediaTypeOf(format)};stream=watch`;

/** Everything up to `revision` has been told. */
export function bookmarkLine(presentation: Presentation, revision: number, isInitialEnd: boolean): Uint8Array {
  const annotations = isInitialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  const metadata = { resourceVersion: String(revision), ...annotations };
  return wrap("BOOKMARK", formOf(presentation).bookmark(metadata), presentation.format);
}

export const errorLine = (status: Status, format: ObjectFormat): Uint8Array =>
  wrap("ERROR", statusBytes(status, encodingOf(format)), format);
