import { showAge } from "#machinery/age.ts";
import { nameColumn } from "#machinery/columns.ts";
import type { Column } from "#machinery/kind.ts";
import type { Event } from "./event.ts";

/** Source: printEvent in pkg/printers/internalversion/printers.go. */
export const eventColumns: readonly Column<Event>[] = [
  { name: "Last Seen", type: "string", cell: lastSeen, doc: "How long ago it happened last." },
  { name: "Type", type: "string", cell: ({ type }) => type ?? "", doc: "Normal, or Warning." },
  { name: "Reason", type: "string", cell: ({ reason }) => reason ?? "", doc: "Why, in one word." },
  { name: "Object", type: "string", cell: (event) => objectOf(event), doc: "What it is about." },
  {
    name: "Subobject",
    type: "string",
    cell: ({ involvedObject }) => involvedObject.fieldPath ?? "",
    wide: true,
    doc: "Which part of it.",
  },
  { name: "Source", type: "string", cell: sourceOf, wide: true, doc: "Who says so." },
  { name: "Message", type: "string", cell: ({ message }) => (message ?? "").trim(), doc: "What happened." },
  { name: "First Seen", type: "string", cell: firstSeen, wide: true, doc: "How long ago it happened first." },
  {
    name: "Count",
    type: "string",
    cell: ({ series, count }) => series?.count ?? count ?? 1,
    wide: true,
    doc: "How often.",
  },
  { ...nameColumn, wide: true },
];

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return showAge(firstTimestamp ?? eventTime, now);
}
function lastSeen(event: Event, now: number): string {
  if (event.series !== undefined) return showAge(event.series.lastObservedTime, now);
  return event.lastTimestamp === undefined ? firstSeen(event, now) : showAge(event.lastTimestamp, now);
}
const objectOf = ({ involvedObject: { kind, name } }: Event): string =>
  kind === undefined ? (name ?? "") : `${kind.toLowerCase()}/${name ?? ""}`;
function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source.component ?? reportingComponent ?? "";
  const host = source.host ?? reportingInstance ?? "";
  return host === "" ? component : `${component}, ${host}`;
}
