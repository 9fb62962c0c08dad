import { defineVersion, unchanged } from "#machinery/kind.ts";
import {
  defaulted,
  int32,
  microTime,
  object,
  optional,
  present,
  type Stored,
  string,
  time,
} from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { ObjectReference } from "../references.ts";
import { type Event, EventSource } from "./event.ts";

export class EventsV1EventSeries extends object("io.k8s.api.events.v1.EventSeries", {
  count: present(1, int32()),
  lastObservedTime: present(2, microTime),
}) {}

/** The other name of an event, in which it says more of who tells it and of how often it happened. */
export class EventsV1Event extends object("io.k8s.api.events.v1.Event", {
  metadata: defaulted(1, ObjectMeta, {}),
  eventTime: present(2, microTime),
  series: optional(3, EventsV1EventSeries),
  reportingController: optional(4, string),
  reportingInstance: optional(5, string),
  action: optional(6, string),
  reason: optional(7, string),
  regarding: defaulted(8, ObjectReference, {}),
  related: optional(9, ObjectReference),
  note: optional(10, string),
  type: optional(11, string),
  deprecatedSource: defaulted(12, EventSource, {}),
  deprecatedFirstTimestamp: optional(13, time),
  deprecatedLastTimestamp: optional(14, time),
  deprecatedCount: optional(15, int32()),
}) {}

// Source: pkg/apis/events/v1/conversion.go.

export const eventsV1 = defineVersion<typeof EventsV1Event, Stored<typeof Event>>({
  group: "events.k8s.io",
  version: "v1",
  type: EventsV1Event,
  derive: unchanged,
  toHub({
    regarding: involvedObject,
    note: message,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
    reportingController: reportingComponent,
    ...same
  }) {
    return { ...same, involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent };
  },
  fromHub({
    involvedObject: regarding,
    message: note,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
    reportingComponent: reportingController,
    eventTime = null,
    ...same
  }) {
    const deprecated = { deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount };
    return { ...same, ...deprecated, eventTime, regarding, note, reportingController };
  },
  selectableFields: {
    reason: "reason",
    "regarding.kind": "involvedObject.kind",
    "regarding.namespace": "involvedObject.namespace",
    "regarding.name": "involvedObject.name",
    "regarding.uid": "involvedObject.uid",
    "regarding.apiVersion": "involvedObject.apiVersion",
    "regarding.resourceVersion": "involvedObject.resourceVersion",
    "regarding.fieldPath": "involvedObject.fieldPath",
    reportingController: "reportingComponent",
    type: "type",
  },
});
