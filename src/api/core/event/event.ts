import { defaulted, int32, microTime, object, optional, required, string, time } from "#machinery/schema.ts";
import { ObjectMeta } from "../../meta/object-meta.ts";
import { ObjectReference } from "../references.ts";

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
