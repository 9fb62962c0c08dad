import { showAge } from "#machinery/age.ts";
import { nameColumn } from "#machinery/columns.ts";
import { type FieldProblem, invalidField } from "#machinery/field-problem.ts";
import { defineKind, unchanged } from "#machinery/kind.ts";
import { defaulted, int32, microTime, object, optional, required, string, time } from "#machinery/schema.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { ObjectReference } from "./references.ts";

export class EventSeries extends object("io.k8s.api.core.v1.EventSeries", {
  count: optional(1, int32()),
  lastObservedTime: optional(2, microTime),
}) {}

export class EventSource extends object("io.k8s.api.core.v1.EventSource", {
  component: optional(1, string),
  host: optional(2, string),
}) {}

export class Event extends object("io.k8s.api.core.v1.Event", {
  metadata: defaulted(1, ObjectMeta, {}),
  involvedObject: required(2, ObjectReference),
  reason: optional(3, string),
  message: optional(4, string),
  source: defaulted(5, EventSource, {}),
  firstTimestamp: optional(6, time),
  lastTimestamp: optional(7, time),
  count: optional(8, int32()),
  type: optional(9, string),
  eventTime: optional(10, microTime),
  series: optional(11, EventSeries),
  action: optional(12, string),
  related: optional(13, ObjectReference),
  reportingComponent: optional(14, string),
  reportingInstance: optional(15, string),
}) {}

export const events = defineKind<typeof Event>({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  scope: "Namespaced",
  type: Event,
  subresources: [],
  columns: [
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
  ],
  selectableFields: {
    "involvedObject.kind": ({ involvedObject }) => involvedObject.kind ?? "",
    "involvedObject.namespace": ({ involvedObject }) => involvedObject.namespace ?? "",
    "involvedObject.name": ({ involvedObject }) => involvedObject.name ?? "",
    "involvedObject.uid": ({ involvedObject }) => involvedObject.uid ?? "",
    "involvedObject.apiVersion": ({ involvedObject }) => involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": ({ involvedObject }) => involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": ({ involvedObject }) => involvedObject.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: ({ source, reportingComponent }) => source.component ?? reportingComponent ?? "",
    type: ({ type }) => type ?? "",
  },
  nameRule: "dns-subdomain",
  derive: unchanged,
  initialStatus: undefined,
  rules: [placeProblems],
  updateRules: [],
});

// Source: printEvent in pkg/printers/internalversion/printers.go.
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

/** An event stands in the namespace of what it is about; what has none is told of in `default`. Source: legacyValidateEvent. */
function* placeProblems({ metadata: { namespace }, involvedObject }: Event): Iterable<FieldProblem> {
  const of = involvedObject.namespace;
  const fits = of === undefined ? namespace === "default" || namespace === "kube-system" : of === namespace;
  if (!fits) yield invalidField("involvedObject.namespace", of ?? "", "does not match event.namespace");
}
